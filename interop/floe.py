"""A second implementation of FLOE, from its specification alone: AES-256-GCM with HKDF-Expand-SHA-384.

floe.py FOLDER [VECTORS]: opens what objects.ts sealed (objects.json), tries that altered bytes do not open,
opens the known-answer files in VECTORS, and seals objects of its own for objects.ts (foreign.json).
"""

import hashlib
import json
import os
import struct
import sys
import uuid
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand


class Floe:
    def __init__(self, key, prefix, aad, rotation=20):
        self.prefix, self.aad, self.key, self.rotation = prefix, aad, key, rotation
        cipher, kdf, self.segment, iv_length = struct.unpack(">BBII", prefix[:10])
        if (cipher, kdf, iv_length) != (0, 0, 32):
            raise ValueError("not the parameters of this vault")
        self.header = prefix + self.derive(key, b"HEADER_TAG:", 32)
        self.message_key = self.derive(key, b"MESSAGE_KEY:", 48)

    def derive(self, key, purpose, length):
        info = self.prefix + purpose + self.aad
        return HKDFExpand(algorithm=hashes.SHA384(), length=length, info=info).derive(key)

    def cipher(self, index):
        epoch = index >> self.rotation << self.rotation
        return AESGCM(self.derive(self.message_key, b"DEK:" + struct.pack(">Q", epoch), 32))

    def open(self, sealed):
        if sealed[:74] != self.header:
            raise ValueError("another key, another object, or an altered header")
        plain, at, index, final = b"", 74, 0, False
        while not final:
            head = struct.unpack(">I", sealed[at : at + 4])[0]
            final = head != 0xFFFFFFFF
            segment = sealed[at : at + (head if final else self.segment)]
            if final and (len(segment) != head or at + head != len(sealed)):
                raise ValueError("it does not end where it says")
            aad = struct.pack(">Q?", index, final)
            plain += self.cipher(index).decrypt(segment[4:16], segment[16:], aad)
            at, index = at + len(segment), index + 1
        return plain

    def seal(self, plain):
        room = self.segment - 32
        count = max(1, -(-len(plain) // room))
        out = self.header
        for index in range(count):
            part, final = plain[index * room : (index + 1) * room], index == count - 1
            iv = os.urandom(12)
            text = self.cipher(index).encrypt(iv, part, struct.pack(">Q?", index, final))
            out += struct.pack(">I", len(part) + 32 if final else 0xFFFFFFFF) + iv + text
        return out


def reading(sealed, key, aad, rotation=20):
    return Floe(key, sealed[:42], aad, rotation)


def open_ours(folder):
    told = json.loads((folder / "objects.json").read_text())
    for one in told:
        sealed, key, aad = Path(one["path"]).read_bytes(), bytes.fromhex(one["key"]), bytes.fromhex(one["aad"])
        plain = reading(sealed, key, aad).open(sealed)
        assert len(sealed) == one["sealedLength"], "the sealed length"
        assert hashlib.sha256(sealed).hexdigest() == one["sealedSha256"], "the digest of the sealed bytes"
        assert sealed[42:74].hex() == one["headerTag"], "the header tag"
        assert hashlib.sha256(plain).hexdigest() == one["sha256"], "the plain bytes"
        for at in {0, 5, 41, 74, 79, len(sealed) // 2, len(sealed) - 1}:
            altered = bytearray(sealed)
            altered[at] ^= 1
            try:
                reading(bytes(altered), key, aad).open(bytes(altered))
            except (ValueError, InvalidTag, struct.error):
                continue
            raise AssertionError(f"byte {at} was altered and it opened")
    print(f"{len(told)} objects of the vault open in the second implementation, and no altered one does")


def open_vectors(folder):
    names = sorted(folder.glob("*_ct.txt"))
    for name in names:
        sealed = bytes.fromhex(name.read_text().strip())
        plain = bytes.fromhex(name.with_name(name.name.replace("_ct", "_pt")).read_text().strip())
        rotation = 2 if "rotation" in name.name else 20
        assert reading(sealed, bytes(32), b"This is AAD", rotation).open(sealed) == plain, name.name
    print(f"{len(names)} known answers open in the second implementation")


def seal_ours(folder):
    told = []
    for length in (1, 262_112, 262_113, 1_000_000):
        name, key, plain = str(uuid.uuid4()), os.urandom(32), os.urandom(length)
        aad = f"sealed elsewhere\n{name}".encode()
        sealed = Floe(key, struct.pack(">BBII", 0, 0, 262_144, 32) + os.urandom(32), aad).seal(plain)
        path = folder / "objects" / name[:2] / f"{name}.sealed"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(sealed)
        told.append(
            {
                "id": name,
                "path": str(path),
                "key": key.hex(),
                "aad": aad.hex(),
                "length": length,
                "sealedLength": len(sealed),
                "headerTag": sealed[42:74].hex(),
                "sha256": hashlib.sha256(plain).hexdigest(),
                "sealedSha256": hashlib.sha256(sealed).hexdigest(),
            }
        )
    (folder / "foreign.json").write_text(json.dumps(told))


open_ours(Path(sys.argv[1]))
if len(sys.argv) > 2:
    open_vectors(Path(sys.argv[2]))
seal_ours(Path(sys.argv[1]))
