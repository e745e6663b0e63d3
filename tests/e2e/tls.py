#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the township's server agrees to in a handshake, asked by two other implementations of TLS, one offer at a time: TLS 1.2 and 1.3 with
forward secrecy and authenticated encryption, and nothing older or weaker. The certificate is the one that enrolment links pin.

    tls.py
"""
import base64
import hashlib
import re
import subprocess
import sys

from house import Scratch, Tap, Township, check

# RFC 9325 §4.2: ephemeral key exchange and AEAD; everything else is to be refused.
MODERN = re.compile(r"^(ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)|TLS_(AES_(128|256)_GCM|CHACHA20_POLY1305)_SHA(256|384))$")


class Handshakes:
    def __init__(self, scratch):
        self.township = Township(scratch)

    def prepare(self):
        self.township.generate().start()

    def where(self):
        return f"127.0.0.1:{self.township.port}"

    def offer(self, *arguments):
        """(whether a session was agreed, what was said) when just this is offered."""
        done = subprocess.run(["openssl", "s_client", "-connect", self.where(), *arguments], input=b"", capture_output=True, timeout=20)
        said = (done.stdout + done.stderr).decode(errors="replace")
        return bool(re.search(r"Cipher is (?!\(NONE\))\S+|Cipher\s+: (?!0000|\(NONE\))\S+", said)) and "alert" not in said, said

    def cipher(self, said):
        return re.search(r"Cipher is (\S+)", said).group(1)

    def modern_protocols(self):
        for version in ("-tls1_2", "-tls1_3"):
            agreed, said = self.offer(version)
            check(agreed, f"{version} is refused: {said[-400:]}")
            check(MODERN.match(self.cipher(said)), f"{version} chose {self.cipher(said)}")
        return self.cipher(said)

    def old_protocols(self):
        for version in ("-tls1", "-tls1_1"):
            agreed, said = self.offer(version, "-cipher", "ALL:@SECLEVEL=0")
            check(not agreed, f"{version} is agreed to: {said[-400:]}")

    def every_suite(self):
        """Each suite that OpenSSL knows, weak and null ones included, offered alone."""
        listed = subprocess.run(["openssl", "ciphers", "-s", "-tls1_2", "ALL:eNULL:aNULL:@SECLEVEL=0"], capture_output=True, text=True, check=True).stdout
        accepted = []
        suites = sorted(s for s in set(listed.strip().split(":")) if not s.startswith("TLS_"))
        for suite in suites:
            agreed, _said = self.offer("-tls1_2", "-cipher", suite + ":@SECLEVEL=0")
            if agreed:
                accepted.append(suite)
        check(len(suites) > 60, f"only {len(suites)} suites were tried")
        check(accepted and all(MODERN.match(s) for s in accepted), f"accepted: {accepted}")
        return f"{len(accepted)} of {len(suites)} suites of TLS 1.2: {', '.join(accepted)}"

    def weak_groups(self):
        for group in ("secp521r1", "brainpoolP256r1", "ffdhe2048"):
            agreed, said = self.offer("-groups", group)
            check(not agreed, f"{group} is agreed to: {said[-300:]}")
        for group in ("X25519", "P-256"):
            check(self.offer("-groups", group)[0], f"{group} is refused")

    def no_extras(self):
        _agreed, said = self.offer("-tls1_2")
        check("Compression: NONE" in said, "compression is on")
        check("Secure Renegotiation IS supported" in said, "renegotiation is not protected (RFC 5746)")

    def other_implementation(self):
        """GnuTLS as well, with its own checks of what it is told."""
        done = subprocess.run(["gnutls-cli", "--insecure", "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:%COMPAT", "-p", str(self.township.port), "127.0.0.1"],
                              input="", capture_output=True, text=True, timeout=20)
        check(done.returncode != 0 and "Handshake was completed" not in done.stdout, "gnutls-cli got through with TLS 1.1")
        done = subprocess.run(["gnutls-cli", "--insecure", "-p", str(self.township.port), "127.0.0.1"], input="", capture_output=True, text=True, timeout=20)
        check("Handshake was completed" in done.stdout, f"gnutls-cli did not get through: {done.stdout[-300:]}{done.stderr[-300:]}")
        return re.search(r"Description: (.*)", done.stdout).group(1)

    def pinned_key(self):
        """The link of an enrolment carries the fingerprint of the key that the server shows."""
        _agreed, said = self.offer()
        pem = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", said, re.S).group(0)
        key = subprocess.run(["openssl", "x509", "-noout", "-pubkey"], input=pem, capture_output=True, text=True, check=True).stdout
        spki = base64.b64decode("".join(key.split("\n")[1:-2]))
        digest = hashlib.sha256(spki).digest()
        helper = self.township.query("SELECT id FROM r_helper LIMIT 1")[0][0]
        link = self.township.enrol(helper)
        shapes = (digest.hex(), base64.urlsafe_b64encode(digest).decode().rstrip("="), base64.b64encode(digest).decode())
        check(any(shape in link for shape in shapes), "the link does not carry the fingerprint of the server's key")
        text = subprocess.run(["openssl", "x509", "-noout", "-text"], input=pem, capture_output=True, text=True, check=True).stdout
        check("ecdsa-with-SHA256" in text and "NIST CURVE: P-256" in text, "the certificate is not ECDSA on P-256 with SHA-256")


def main():
    tap = Tap()
    with Scratch("tls") as scratch:
        test = Handshakes(scratch)
        for title, step in (("a township", test.prepare), ("TLS 1.2 and 1.3 are agreed to", test.modern_protocols), ("TLS 1.0 and 1.1 are refused", test.old_protocols),
                            ("of every suite there is, only those with forward secrecy and authenticated encryption", test.every_suite), ("only known groups", test.weak_groups),
                            ("no compression, protected renegotiation", test.no_extras), ("another implementation sees the same", test.other_implementation),
                            ("the key is the one that links pin", test.pinned_key), ("everything ends cleanly", scratch.close)):
            tap.step(title, step)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
