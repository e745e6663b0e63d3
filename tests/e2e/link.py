# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad link between a laptop and its township: a relay of TCP, so that TLS stays between the two ends. It delays, throttles, stalls, cuts at
any byte, and loses answers; it counts what passes, and tells the handshake from the rest by the lengths of TLS records alone."""
import http.client
import socket
import ssl
import threading
import time

APPLICATION_DATA = 23
CHUNK = 4096


class Records:
    """Counts the TLS records of one direction without looking into them."""

    def __init__(self):
        self.head, self.left, self.application = b"", 0, 0

    def feed(self, data):
        """How many records of application data (in TLS 1.3 the end of the handshake looks like one) have begun."""
        while data:
            if self.left:
                taken = min(self.left, len(data))
                self.left, data = self.left - taken, data[taken:]
                continue
            need = 5 - len(self.head)
            self.head, data = self.head + data[:need], data[need:]
            if len(self.head) == 5:
                self.application += self.head[0] == APPLICATION_DATA
                self.left, self.head = int.from_bytes(self.head[3:5], "big"), b""
        return self.application


class Passage:
    """One connection."""

    def __init__(self, link, client, server):
        self.link, self.client, self.server = link, client, server
        self.records = Records()
        self.passed = {"up": 0, "down": 0}
        self.handshake = None  # bytes of both directions until the first request begins

    def asked(self):
        """Whether the client's first request has begun: its records behind the Finished."""
        return self.handshake is not None

    def note(self, direction, data):
        if direction == "up" and not self.asked() and self.records.feed(data) > 1:
            self.handshake = sum(self.passed.values())
        self.passed[direction] += len(data)

    def copy(self, source, target, direction):
        link = self.link
        try:
            if direction == "down" and link.hold:
                time.sleep(link.hold)
            while data := source.recv(CHUNK):
                time.sleep(link.delay)
                self.note(direction, data)
                if direction == "down" and link.lose_answers and self.asked():
                    link.lost += 1
                    break
                limit = link.cut[direction]
                if limit is not None and self.passed[direction] >= limit:
                    keep = len(data) - (self.passed[direction] - limit)
                    target.sendall(data[:max(keep, 0)])
                    link.cuts += 1
                    break
                if link.stall and self.asked():
                    link.stalls += 1
                    link.mended.wait(link.stall)
                self.send(target, data)
        except OSError:
            pass
        self.end()

    def end(self):
        for end in (self.client, self.server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def send(self, target, data):
        """All at once, or in drops at the link's rate."""
        while data:
            rate = self.link.rate
            step = len(data) if rate is None else max(rate // 10, 1)
            if rate is not None:
                time.sleep(len(data[:step]) / rate)
                self.link.drops += 1
                if self.link.loss and self.link.drops % 10 == 0:
                    self.link.mended.wait(self.link.loss)
            target.sendall(data[:step])
            data = data[step:]


class Link:
    def __init__(self, port):
        self.target, self.passages, self.lock = port, [], threading.Lock()
        self.mended = threading.Event()
        self.mend()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def mend(self):
        """A good link from here on; the counts start anew."""
        self.delay, self.rate, self.hold, self.stall, self.lose_answers = 0, None, 0, 0, False
        # Of a throttled link: how long each tenth drop takes more, as if it had been lost and sent again.
        self.loss, self.drops = 0, 0
        self.cut = {"up": None, "down": None}
        self.cuts, self.lost, self.stalls = 0, 0, 0
        self.passages = []
        self.mended.set()
        self.mended = threading.Event()

    def turn(self, port):
        """To somebody else from here on: connections that are kept open to whoever it was are broken off."""
        with self.lock:
            self.target = port
            for passage in self.passages:
                passage.end()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with self.lock:
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                return
            passage = Passage(self, client, server)
            self.passages.append(passage)
        other = threading.Thread(target=passage.copy, args=(client, server, "up"), daemon=True)
        other.start()
        passage.copy(server, client, "down")
        other.join()
        client.close()
        server.close()

    def sum(self, direction):
        return sum(passage.passed[direction] for passage in self.passages)

    def beyond_handshakes(self):
        return sum(sum(passage.passed.values()) - (passage.handshake or 0) for passage in self.passages)


class Doubler:
    """What some proxies do when an answer is late: each request reaches the township twice, and the second answer is the one that is told. It has the township's key, else it could
    not; and it remembers every request, to say it all again later."""

    def __init__(self, port, certificate, key):
        self.target, self.requests = port, []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.inner = ssl.create_default_context()
        self.inner.check_hostname, self.inner.verify_mode = False, ssl.CERT_NONE
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            with self.context.wrap_socket(client, server_side=True) as tls, tls.makefile("rb") as file:
                while (request := self.read(file, tls)) is not None:
                    if "wait=" not in request[1]:
                        self.requests.append(request)
                        self.ask(request)
                    tls.sendall(self.ask(request))
        except (OSError, http.client.HTTPException):
            pass

    @staticmethod
    def read(file, tls):
        """(method, target, headers, body), or None at the end."""
        line = file.readline().split()
        if len(line) != 3:
            return None
        headers = {}
        while (header := file.readline().strip()):
            name, value = header.decode().split(":", 1)
            headers[name.strip()] = value.strip()
        if headers.pop("Expect", None):
            tls.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return line[0].decode(), line[1].decode(), headers, file.read(int(headers.get("Content-Length", 0)))

    def ask(self, request):
        """The township's answer as it came."""
        method, target, headers, body = request
        connection = http.client.HTTPSConnection("127.0.0.1", self.target, timeout=90, context=self.inner)
        try:
            connection.request(method, target, body=body or None, headers=headers)
            response = connection.getresponse()
            data = response.read()
            head = "".join(f"{name}: {value}\r\n" for name, value in response.getheaders())
            return f"HTTP/1.1 {response.status} {response.reason}\r\n{head}\r\n".encode("latin-1") + data
        finally:
            connection.close()

    def close(self):
        self.listener.close()
