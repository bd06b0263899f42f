// The twin of examples/vpn: the same packets with the same cipher, a goroutine a direction. The keys are fixed, since
// only the way of the packets is measured.
package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/crypto/chacha20poly1305"
)

const headerSize = 16

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func openTun() *os.File {
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	check(err)
	var request [40]byte
	copy(request[:15], "tun0")
	*(*uint16)(unsafe.Pointer(&request[16])) = syscall.IFF_TUN | syscall.IFF_NO_PI
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TUNSETIFF, uintptr(unsafe.Pointer(&request)))
	if errno != 0 {
		check(errno)
	}
	return os.NewFile(uintptr(fd), "tun0")
}

func main() {
	device := openTun()
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{Port: 5000})
	check(err)
	check(socket.SetReadBuffer(4 << 20))
	peer, err := net.ResolveUDPAddr("udp4", os.Args[1])
	check(err)
	cipher, err := chacha20poly1305.New(make([]byte, 32))
	check(err)
	go func() {
		var newest uint64
		seen := make([]bool, 2048)
		message, nonce := make([]byte, 65600), make([]byte, 12)
		for {
			length, _, err := socket.ReadFromUDP(message)
			check(err)
			if length < headerSize+16 {
				continue
			}
			counter := binary.LittleEndian.Uint64(message[8:16])
			binary.LittleEndian.PutUint64(nonce[4:], counter)
			text, err := cipher.Open(message[headerSize:headerSize], nonce, message[headerSize:length], message[:headerSize])
			if err != nil || counter+2048 <= newest {
				continue
			}
			if counter > newest {
				for next := newest + 1; next < counter; next++ {
					seen[next%2048] = false
				}
				newest = counter
			} else if seen[counter%2048] {
				continue
			}
			seen[counter%2048] = true
			device.Write(text)
		}
	}()
	fmt.Println("tun0 is up")
	var counter uint64 = 1
	message, packet, nonce := make([]byte, 0, 65600), make([]byte, 65600), make([]byte, 12)
	for {
		length, err := device.Read(packet)
		check(err)
		message = message[:headerSize]
		message[0] = 4
		binary.LittleEndian.PutUint64(message[8:], counter)
		binary.LittleEndian.PutUint64(nonce[4:], counter)
		counter++
		message = cipher.Seal(message, nonce, packet[:length], message[:headerSize])
		socket.WriteToUDP(message, peer)
	}
}
