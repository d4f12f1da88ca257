"""Posts events at a fixed rate, by a schedule, and notes when each arrives.

The schedule does not wait for answers: an event that cannot be sent in time because the relay is slow is sent as soon as a
connection is free, and its time counts from the moment at which it was due. Otherwise the events that come during a pause
of the relay would be missing from the figures (coordinated omission).
"""

import collections
import multiprocessing
import selectors
import socket
import time

from instructions import document
from run import Failure

MAX_CONNECTIONS = 256
MARK = b'"messageId":"'


def complete(buffer):
    """The length of the first message in `buffer`, and where its body begins; None while it is not complete."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = buffer[:end].lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15:].split(b"\r\n", 1)[0]) if at >= 0 else 0
    begin = end + 4
    return (begin, begin + length) if len(buffer) >= begin + length else None


def serve(listener, count, pipe):
    """Answers each request at once; sends the times, by message id, when the other end of `pipe` asks."""
    times, buffers = {}, {}
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(pipe, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            each = key.fileobj
            if each is pipe:
                pipe.recv()
                pipe.send(times)
                continue
            if each is listener:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                buffers[connection] = b""
                selector.register(connection, selectors.EVENT_READ)
                continue
            try:
                more = each.recv(1 << 16)
            except OSError:
                more = b""
            if not more:
                selector.unregister(each)
                del buffers[each]
                each.close()
                continue
            now, buffer = time.monotonic(), buffers[each] + more
            while found := complete(buffer):
                at = buffer.find(MARK, found[0], found[1])
                if at >= 0:
                    begin = at + len(MARK)
                    times.setdefault(buffer[begin:buffer.index(b'"', begin)].decode(), now)
                    count.value = len(times)
                each.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                buffer = buffer[found[1]:]
            buffers[each] = buffer


class TimingReceiver:
    """A receiver in a process of its own that notes when each message came."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.pipe, other = multiprocessing.Pipe()
        self.arrived = multiprocessing.Value("q", 0)
        listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.process = multiprocessing.Process(target=serve, args=(listener, self.arrived, other), daemon=True)
        self.process.start()
        listener.close()

    def times(self):
        self.pipe.send("times")
        return self.pipe.recv()

    def stop(self):
        self.process.kill()
        self.process.join()


class Posts:
    """What was posted: when each event was due, how late it was sent, and how long its answer took."""

    def __init__(self):
        self.due, self.sent, self.late, self.answered, self.refused = {}, {}, [], [], 0


def post_at_rate(port, path, rate, seconds, first=0, each_second=None):
    """Posts `rate` events a second for so long. The message ids count from `first`. `each_second` is called in between."""
    posts, waiting, idle, busy = Posts(), collections.deque(), [], {}
    selector = selectors.SelectSelector()  # its timeout is exact; that of epoll counts whole milliseconds
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ".encode()
    total, scheduled, open_connections = int(rate * seconds), 0, 0
    begun = time.monotonic() + 0.05
    next_call = begun
    deadline = begun + seconds + 30

    def close(connection):
        """Ends a connection that the relay has closed, as it may while nothing is under way; a post in flight is repeated."""
        nonlocal open_connections
        selector.unregister(connection)
        connection.close()
        open_connections -= 1
        if connection in busy:
            number, due, buffer = busy.pop(connection)
            if buffer:
                raise Failure("the relay closed a connection within an answer")
            waiting.appendleft((number, due))
        else:
            idle.remove(connection)

    def send(number, due):
        nonlocal open_connections
        if idle:
            connection = idle.pop()
        else:
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            open_connections += 1
        body = document(first + number)
        now = time.monotonic()
        busy[connection] = [number, due, b""]
        try:
            connection.sendall(head + str(len(body)).encode() + b"\r\n\r\n" + body)
        except ConnectionError:
            close(connection)
            return
        name = f"3EB0{first + number:016X}"
        posts.due[name], posts.sent[name] = due, now
        posts.late.append(now - due)

    while scheduled < total or waiting or busy:
        now = time.monotonic()
        if now > deadline:
            raise Failure(f"{len(busy) + len(waiting)} posts have no answer")
        if each_second and now >= next_call:
            each_second()
            next_call += 1
        while scheduled < total and begun + scheduled / rate <= now:
            waiting.append((scheduled, begun + scheduled / rate))
            scheduled += 1
        while waiting and (idle or open_connections < MAX_CONNECTIONS):
            send(*waiting.popleft())
        pause = begun + scheduled / rate - time.monotonic() if scheduled < total else 0.1
        for key, _ in selector.select(max(pause, 0)):
            connection = key.fileobj
            try:
                more = connection.recv(1 << 16)
            except ConnectionError:
                more = b""
            if not more or connection not in busy:
                close(connection)
                continue
            number, due, buffer = busy[connection]
            buffer += more
            busy[connection][2] = buffer
            if complete(buffer):
                posts.answered.append(time.monotonic() - due)
                posts.refused += not buffer.startswith(b"HTTP/1.1 200")
                del busy[connection]
                idle.append(connection)
    for connection in idle:
        connection.close()
    return posts


def percentile(values, part):
    values = sorted(values)
    return values[min(int(len(values) * part), len(values) - 1)]
