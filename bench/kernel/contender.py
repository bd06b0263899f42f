"""The contender pyroute2: its IPRoute, one request at a time, as its manual shows it."""
import json
import re
import sys
import time

from pyroute2 import IPRoute

what, family, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
number = 2 if family == '4' else 10


def prefix(i):
    if family == '4':
        return f'{20 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}.0/24'
    return f'2001:{i >> 16:x}:{i & 0xffff:x}::/48'


def gateway(i):
    last = 3 if what in ('change', 'delete') and i % 100 == 0 else 2
    return f'10.0.0.{last}' if family == '4' else f'fd00::{last}'


def route(ipr, verb, i):
    ipr.route(verb, dst=prefix(i), gateway=gateway(i), oif=device, proto=108, family=number)


def reconcile(ipr):
    there = {}
    for r in ipr.get_routes(family=number, table=254):
        there[f"{r.get_attr('RTA_DST')}/{r['dst_len']}"] = r.get_attr('RTA_GATEWAY')
    for i in range(count):
        to = prefix(i).replace(':0::', '::') if family == '6' else prefix(i)
        if there.get(to) != gateway(i):
            route(ipr, 'replace', i)


def taps_up(ipr):
    bridge = ipr.link_lookup(ifname='br0')[0]
    for i in range(count):
        ipr.link('add', ifname=f'tap{i}', kind='tuntap', mode='tap')
        index = ipr.link_lookup(ifname=f'tap{i}')[0]
        ipr.link('set', index=index, master=bridge, state='up')


def taps_down(ipr):
    for i in range(count):
        ipr.link('del', index=ipr.link_lookup(ifname=f'tap{i}')[0])


with IPRoute() as ipr:
    device = ipr.link_lookup(ifname='d0')[0]
    works = {
        'add': lambda: [route(ipr, 'add', i) for i in range(count)],
        'delete': lambda: [route(ipr, 'del', i) for i in range(count)],
        'noop': lambda: reconcile(ipr),
        'change': lambda: reconcile(ipr),
        'dump': lambda: list(ipr.get_routes(family=number, table=254)),
        'linkDump': lambda: list(ipr.get_links()),
        'tapsUp': lambda: taps_up(ipr),
        'tapsDown': lambda: taps_down(ipr),
    }
    start = time.monotonic()
    works[what]()
    ms = (time.monotonic() - start) * 1000
with open('/proc/self/status') as status:
    peak = int(re.search(r'VmHWM:\s+(\d+)', status.read()).group(1))
print(json.dumps({'ms': ms, 'memory': peak * 1024}))
