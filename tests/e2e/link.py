# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad link between a laptop and its township: a relay of TCP, so that TLS stays between the two ends. It delays, throttles, stalls, cuts at
any byte, and loses answers; it counts what passes, and tells the handshake from the rest by the lengths of TLS records alone."""
import socket
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
        for end in (source, target):
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
            target.sendall(data[:step])
            data = data[step:]


class Link:
    def __init__(self, port):
        self.target, self.passages = port, []
        self.mended = threading.Event()
        self.mend()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def mend(self):
        """A good link from here on; the counts start anew."""
        self.delay, self.rate, self.hold, self.stall, self.lose_answers = 0, None, 0, 0, False
        self.cut = {"up": None, "down": None}
        self.cuts, self.lost, self.stalls = 0, 0, 0
        self.passages = []
        self.mended.set()
        self.mended = threading.Event()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
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
