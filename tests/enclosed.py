"""Runs a command where every name that is looked up, and every address that is spoken to, is noted.

    unshare --map-root-user --net --kill-child python enclosed.py NOTES COMMAND ...

The process stands in a network namespace of its own, in which every address leads back to this machine. It answers
whatever resolver the system names, so that whoever looks a name up goes on and connects, and sees every packet: also
those of native threads, which no hook in Python does. What was not for loopback is written to NOTES, one a line.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

ELSEWHERE = ("192.0.2.7", "2001:db8::7")  # what every name is said to be at; addresses that nobody has
_A, _AAAA = 1, 28


def enclose() -> list[str]:
    """Makes every address lead here; returns the resolvers that the system names."""
    for command in (
        "ip link set lo up",
        "ip route add local 0.0.0.0/0 dev lo",
        "ip -6 route add local ::/0 dev lo",
    ):
        subprocess.run(command.split(), check=True)
    lines = [line.split() for line in Path("/etc/resolv.conf").read_text().splitlines()]
    return [words[1] for words in lines if words[:1] == ["nameserver"]] or ["127.0.0.1"]


def answer(resolver: str, names: set[str]) -> None:
    """Notes the names that one resolver is asked for, and says that they are elsewhere."""
    family = socket.AF_INET6 if ":" in resolver else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_DGRAM)
    listening.bind((resolver, 53))

    def serve() -> None:
        while True:
            asked, who = listening.recvfrom(4096)
            labels, at = list[str](), 12
            while asked[at]:
                labels.append(asked[at + 1 : at + 1 + asked[at]].decode("ascii", "replace"))
                at += asked[at] + 1
            names.add(".".join(labels))
            (kind,) = struct.unpack("!H", asked[at + 1 : at + 3])
            address = {_A: ELSEWHERE[0], _AAAA: ELSEWHERE[1]}.get(kind)
            row = b""
            if address:
                packed = ipaddress.ip_address(address).packed
                row = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(packed)) + packed
            head = asked[:2] + struct.pack("!HHHHH", 0x8180, 1, 1 if row else 0, 0, 0)
            listening.sendto(head + asked[12 : at + 5] + row, who)

    threading.Thread(target=serve, daemon=True).start()


def watch(addresses: set[str], but: set[str]) -> None:
    """Notes where packets go, but for loopback and the resolvers."""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
    wire.bind(("lo", 0))

    def listen() -> None:
        while True:
            packet = wire.recv(128)
            to = ipaddress.ip_address(packet[16:20] if packet[0] >> 4 == 4 else packet[24:40])
            if not (to.is_loopback or to.is_multicast or str(to) in but):
                addresses.add(str(to))

    threading.Thread(target=listen, daemon=True).start()


def main(notes: str, *command: str) -> int:
    """Runs the command and writes what was noted."""
    names, addresses = set[str](), set[str]()
    resolvers = enclose()
    for resolver in dict.fromkeys(resolvers):
        answer(resolver, names)
    watch(addresses, set(resolvers))
    done = subprocess.run(command, check=False, env=dict(os.environ))
    told = [f"name {name}" for name in sorted(names)] + [f"address {address}" for address in sorted(addresses)]
    Path(notes).write_text("".join(f"{line}\n" for line in told))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
