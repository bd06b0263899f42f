// The contender vishvananda/netlink: one request at a time, as its API goes.
package main

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func routeOf(family string, i int, device int, gateway byte) *netlink.Route {
	r := &netlink.Route{LinkIndex: device, Protocol: 108}
	if family == "4" {
		r.Dst = &net.IPNet{IP: net.IPv4(byte(20+i>>16), byte(i>>8), byte(i), 0).To4(), Mask: net.CIDRMask(24, 32)}
		r.Gw = net.IPv4(10, 0, 0, gateway).To4()
		return r
	}
	ip := make(net.IP, 16)
	ip[0], ip[1], ip[2], ip[3], ip[4], ip[5] = 0x20, 0x01, byte(i>>24), byte(i>>16), byte(i>>8), byte(i)
	r.Dst = &net.IPNet{IP: ip, Mask: net.CIDRMask(48, 128)}
	r.Gw = net.ParseIP(fmt.Sprintf("fd00::%d", gateway))
	return r
}

func list(family string) []netlink.Route {
	number := unix.AF_INET
	if family != "4" {
		number = unix.AF_INET6
	}
	routes, err := netlink.RouteListFiltered(number, &netlink.Route{Table: unix.RT_TABLE_MAIN}, netlink.RT_FILTER_TABLE)
	must(err)
	return routes
}

func reconcile(family string, wanted []*netlink.Route) (changed int) {
	there := map[string]string{}
	for _, r := range list(family) {
		if r.Dst != nil {
			there[r.Dst.String()] = r.Gw.String()
		}
	}
	for _, r := range wanted {
		if there[r.Dst.String()] != r.Gw.String() {
			must(netlink.RouteReplace(r))
			changed++
		}
	}
	return
}

func main() {
	what, family := os.Args[1], os.Args[2]
	count, err := strconv.Atoi(os.Args[3])
	must(err)
	link, err := netlink.LinkByName("d0")
	must(err)
	routes := make([]*netlink.Route, 0, count)
	if what[0] != 't' && what != "linkDump" && what != "dump" {
		for i := 0; i < count; i++ {
			gateway := byte(2)
			if (what == "change" || what == "delete") && i%100 == 0 {
				gateway = 3
			}
			routes = append(routes, routeOf(family, i, link.Attrs().Index, gateway))
		}
	}
	start := time.Now()
	switch what {
	case "add":
		for _, r := range routes {
			must(netlink.RouteAdd(r))
		}
	case "delete":
		for _, r := range routes {
			must(netlink.RouteDel(r))
		}
	case "noop", "change":
		if (reconcile(family, routes) == 0) != (what == "noop") {
			panic("not what was expected")
		}
	case "dump":
		if len(list(family)) < count {
			panic("too few")
		}
	case "linkDump":
		links, err := netlink.LinkList()
		must(err)
		if len(links) < count {
			panic("too few")
		}
	case "tapsUp":
		bridge, err := netlink.LinkByName("br0")
		must(err)
		for i := 0; i < count; i++ {
			tap := &netlink.Tuntap{LinkAttrs: netlink.LinkAttrs{Name: fmt.Sprintf("tap%d", i)}, Mode: netlink.TUNTAP_MODE_TAP}
			must(netlink.LinkAdd(tap))
			must(netlink.LinkSetMaster(tap, bridge))
			must(netlink.LinkSetUp(tap))
		}
	case "tapsDown":
		for i := 0; i < count; i++ {
			link, err := netlink.LinkByName(fmt.Sprintf("tap%d", i))
			must(err)
			must(netlink.LinkDel(link))
		}
	default:
		panic(what)
	}
	ms := float64(time.Since(start).Microseconds()) / 1000
	status, err := os.ReadFile("/proc/self/status")
	must(err)
	peak := regexp.MustCompile(`VmHWM:\s+(\d+)`).FindSubmatch(status)
	kilobytes, err := strconv.Atoi(string(peak[1]))
	must(err)
	fmt.Printf("{\"ms\":%.3f,\"memory\":%d}\n", ms, kilobytes*1024)
}
