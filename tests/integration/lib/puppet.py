#!/usr/bin/python3
"""puppet.py PID: a taken-over front. The front of this process number stands still, and its own sockets to keeper and archive are ours.

What to say comes as lines on standard input, `keeper HEX` or `archive HEX`: bytes, whole frames or not. What they say comes as lines on
standard output: `keeper NUMBER HEX`, a frame's number and fields; `keeper gone` when it hung up. Source: pidfd_getfd(2)."""

import ctypes
import os
import selectors
import signal
import socket
import struct
import sys

PIDFD_OPEN, PIDFD_GETFD = 434, 438
libc = ctypes.CDLL(None, use_errno=True)


def its_sockets(pid):
    """Of the front: the stream sockets in the order in which its parent gave them, keeper and archive first."""
    pidfd = libc.syscall(PIDFD_OPEN, pid, 0)
    for fd in sorted(int(n) for n in os.listdir(f"/proc/{pid}/fd")):
        if fd <= 2 or not os.readlink(f"/proc/{pid}/fd/{fd}").startswith("socket:"):
            continue
        ours = libc.syscall(PIDFD_GETFD, pidfd, fd, 0)
        if ours < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        s = socket.socket(fileno=ours)
        if s.family == socket.AF_UNIX and s.type == socket.SOCK_STREAM:
            yield s
        else:
            s.close()


def frames(buffer):
    while len(buffer) >= 6:
        n = struct.unpack(">I", buffer[:4])[0]
        if len(buffer) < 4 + n:
            return
        yield struct.unpack(">H", buffer[4:6])[0], bytes(buffer[6:4 + n])
        del buffer[:4 + n]


def main():
    pid = int(sys.argv[1])
    os.kill(pid, signal.SIGSTOP)
    named = dict(zip(("keeper", "archive"), its_sockets(pid)))
    waiting = selectors.DefaultSelector()
    heard = {name: bytearray() for name in named}
    for name, s in named.items():
        s.setblocking(False)
        waiting.register(s, selectors.EVENT_READ, name)
    waiting.register(sys.stdin.buffer, selectors.EVENT_READ, "stdin")
    said = bytearray()
    print("ready", flush=True)
    while True:
        for key, _ in waiting.select():
            name = key.data
            if name == "stdin":
                more = os.read(0, 1 << 16)
                if not more:
                    return
                said += more
                while b"\n" in said:
                    line, _, rest = said.partition(b"\n")
                    said = bytearray(rest)
                    to, what = line.decode().split(" ")
                    s = named[to]
                    s.setblocking(True)
                    try:
                        s.sendall(bytes.fromhex(what))
                        s.setblocking(False)
                    except OSError:
                        print(to, "gone", flush=True)
                continue
            try:
                more = named[name].recv(1 << 16)
            except BlockingIOError:
                continue
            except OSError:
                more = b""
            if not more:
                waiting.unregister(named[name])
                print(name, "gone", flush=True)
                continue
            heard[name] += more
            for number, fields in frames(heard[name]):
                print(name, number, fields.hex(), flush=True)


main()
