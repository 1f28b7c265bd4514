"""tocsin_log.py: follows the signed checkpoints of a Tocsin server: nobody changes the past unnoticed (docs/log.md).

Formats of C2SP (signed-note, tlog-checkpoint), tree of RFC 9162, signature of RFC 8032; the standard library has no
Ed25519, so it is here. Used by tocsin.py, and of use without it.
"""

import base64
import hashlib
import os
import time

BEHIND_S = 60  # a node may be a moment behind what another has shown
P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE_Y = 4 * pow(5, -1, P) % P


def _point(y, sign):
    """The point of the curve with that y, or None."""
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - xx) % P or (x == 0 and sign):
        return None
    x = P - x if x % 2 != sign else x
    return x, y, 1, x * y % P


def _add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(s, p):
    r = (0, 1, 1, 0)
    for bit in bin(s)[2:]:
        r = _add(r, r)
        r = _add(r, p) if bit == "1" else r
    return r


def ed25519_verify(public, text, signature):
    """Of public things only: it takes no constant time."""

    def read(raw):
        n = int.from_bytes(raw, "little")
        return _point(n & (1 << 255) - 1, n >> 255)
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r, s = read(public), read(signature[:32]), int.from_bytes(signature[32:], "little")
    if not a or not r or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % Q
    left, right = _times(s, _point(BASE_Y, 0)), _add(r, _times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def _node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def goes_on(old_size, old_root, size, root, proof):
    """RFC 9162 2.1.4.2: the tree of `size` begins with that of `old_size`."""
    if old_size in (0, size):
        return not proof and (old_size == 0 or old_root == root)
    path = ([old_root] if old_size & old_size - 1 == 0 else []) + proof
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    if not path:
        return False
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = _node(c, fr), _node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = _node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == root


class Trust:
    """What is believed of the log, in a file as `tocsin watch --trust` keeps it: the key's line, then the checkpoint."""

    def __init__(self, file, vkey=None):
        """ValueError: the file holds what cannot be believed."""
        self.file, self.vkey, self.note, self.size, self.root, self.behind = file, vkey, "", 0, b"", None
        if os.path.exists(file):
            with open(file, encoding="utf-8") as f:
                held, _, note = f.read().partition("\n")
            self.vkey, opened = held, self._open(held, note)
            if not opened or vkey not in (None, held):
                raise ValueError(f"{file} holds no checkpoint of the log that is trusted")
            (self.size, self.root), self.note = opened, note

    def meet(self, vkey):
        self.vkey = self.vkey or vkey  # the first that a server names is believed

    @staticmethod
    def _open(vkey, note):
        """(size, root) of a checkpoint that this key has signed, or None."""
        try:
            name, key_id, key = vkey.split("+", 2)
            text, signatures = note.split("\n\n", 1)
            origin, size, root = text.split("\n")
            for line in signatures.splitlines():
                if origin == name and line.startswith(f"— {name} "):
                    signature, public = base64.b64decode(line.split(" ")[2]), base64.b64decode(key)[1:]
                    if signature[:4].hex() == key_id and ed25519_verify(public, f"{text}\n".encode(), signature[4:]):
                        return int(size), base64.b64decode(root)
        except ValueError:
            pass
        return None

    def follow(self, note, old, proof):
        """"": believed. Words: an alarm. None: one was missed, and a proof from the checkpoint that is held is wanted."""
        opened = self._open(self.vkey, note) if self.vkey else None
        if not opened:
            return "a checkpoint that the log's key has not signed"
        size, root = opened
        if size < self.size:
            self.behind = self.behind or time.monotonic()
            if time.monotonic() - self.behind < BEHIND_S:
                return ""
            return f"the log was rolled back: {self.size} entries were signed, and for a minute {size} are shown"
        self.behind = None
        if size > self.size > 0 and old != self.size:
            return None
        path = [base64.b64decode(h) for h in proof] if size > self.size else []
        if self.note and not goes_on(self.size, self.root, size, root, path):
            return f"the log is forked or was rewritten: size {size} does not go on from {self.size}"
        if size > self.size or not self.note:
            self.size, self.root, self.note = size, root, note
            with open(self.file + ".new", "w", encoding="utf-8") as f:
                f.write(f"{self.vkey}\n{note}")
                f.flush()
                os.fsync(f.fileno())
            os.rename(self.file + ".new", self.file)
        return ""
