// The contender `Go`: the runtime's own poller, or blocking calls (BLOCKING=1); a goroutine a direction.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ioctl(fd int, request, argument uintptr) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, argument); errno != 0 {
		return errno
	}
	return nil
}

func openTun(name, netns string, vnet bool) *os.File {
	if netns != "" {
		runtime.LockOSThread()
		ns, err := syscall.Open(netns, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		check(err)
		if _, _, errno := syscall.RawSyscall(308, uintptr(ns), syscall.CLONE_NEWNET, 0); errno != 0 {
			check(errno)
		}
	}
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	check(err)
	var request [40]byte
	copy(request[:15], name)
	flags := uint16(syscall.IFF_TUN | syscall.IFF_NO_PI)
	if vnet {
		flags |= 0x4000
	}
	*(*uint16)(unsafe.Pointer(&request[16])) = flags
	check(ioctl(fd, syscall.TUNSETIFF, uintptr(unsafe.Pointer(&request))))
	if vnet && ioctl(fd, syscall.TUNSETOFFLOAD, 0x67) != nil {
		check(ioctl(fd, syscall.TUNSETOFFLOAD, 7))
	}
	if os.Getenv("BLOCKING") != "" {
		// The runtime polls only what is non-blocking when it gets it.
		check(syscall.SetNonblock(fd, false))
	}
	return os.NewFile(uintptr(fd), name)
}

func cpu() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

func report(packets, bytes int, since time.Time, spent float64) {
	form := "{\"packets\":%d,\"bytes\":%d,\"seconds\":%f,\"cpu\":%f}\n"
	fmt.Printf(form, packets, bytes, time.Since(since).Seconds(), cpu()-spent)
	os.Exit(0)
}

func receive(seconds float64) {
	device := openTun("tun0", "", false)
	buffer := make([]byte, 65600)
	touched, packets, bytes := 0, 0, 0
	var start time.Time
	var spent float64
	fmt.Println("ready")
	for {
		length, err := device.Read(buffer)
		check(err)
		touched += int(buffer[0])
		packets++
		bytes += length
		if packets%64 == 0 {
			if start.IsZero() {
				start, spent, packets, bytes = time.Now(), cpu(), 0, 0
			} else if time.Since(start).Seconds() >= seconds {
				report(packets, bytes, start, spent)
			}
		}
	}
}

func transmit(seconds float64, size int) {
	device := openTun("tun0", "", false)
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadByte()
	packet := make([]byte, size)
	copy(packet, []byte{0x45, 0, byte(size >> 8), byte(size), 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 2, 192, 0, 2, 99})
	sum := 0
	for i := 0; i < 20; i += 2 {
		sum += int(packet[i])<<8 | int(packet[i+1])
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	packet[10], packet[11] = byte(^sum>>8), byte(^sum)
	packets, start, spent := 0, time.Now(), cpu()
	for time.Since(start).Seconds() < seconds {
		for i := 0; i < 64; i++ {
			if _, err := device.Write(packet); err == nil {
				packets++
			}
		}
	}
	report(packets, packets*size, start, spent)
}

func forward(spaces []string, vnet bool) {
	a, b := openTun("tun0", spaces[0], vnet), openTun("tun1", spaces[1], vnet)
	runtime.UnlockOSThread()
	var counts [2]struct {
		packets, bytes int
		_              [48]byte
	}
	start, spent := time.Now(), cpu()
	carry := func(direction int, from, to *os.File) {
		buffer := make([]byte, 65600)
		for {
			length, err := from.Read(buffer)
			check(err)
			if _, err := to.Write(buffer[:length]); err == nil {
				counts[direction].packets++
				counts[direction].bytes += length
			}
		}
	}
	go carry(0, a, b)
	go carry(1, b, a)
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadByte()
	report(counts[0].packets+counts[1].packets, counts[0].bytes+counts[1].bytes, start, spent)
}

func main() {
	switch os.Args[1] {
	case "receive", "send":
		seconds, err := strconv.ParseFloat(os.Args[2], 64)
		check(err)
		if os.Args[1] == "receive" {
			receive(seconds)
		}
		size, err := strconv.Atoi(os.Args[3])
		check(err)
		transmit(seconds, size)
	case "forward":
		forward(os.Args[2:4], len(os.Args) > 4)
	}
}
