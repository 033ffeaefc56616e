"""The predecessor's way, to compare with: predecessor.py PORT EXCHANGE ENTRIES.json

One loop over the entries, a second a round; every sample calls psutil, connects to the broker, publishes without a confirm and
disconnects again.
"""

import json
import sys
import time

import pika
import psutil

port, exchange, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
with open(path, encoding="utf-8") as file:
    entries = json.load(file)


def number_of(entry):
    value = getattr(psutil, entry["method"])(**entry.get("args", {}))
    field = entry.get("result_argument")
    if field is None:
        return value
    if field == "count":
        return len(value)
    return value[int(field)] if field.isdigit() else getattr(value, field)


def publish(message):
    connection = pika.BlockingConnection(pika.ConnectionParameters(host="127.0.0.1", port=port))
    channel = connection.channel()
    channel.exchange_declare(exchange=exchange, exchange_type="topic", durable=False, auto_delete=True, internal=False)
    channel.basic_publish(exchange=exchange, routing_key="dep", body=json.dumps(message))
    connection.close()


due = time.monotonic()
while True:
    for entry in entries:
        publish({
            "node_id": "web_1", "node_name": "web", "deployment_id": "dep", "name": entry["alias"], "path": "",
            "metric": number_of(entry), "unit": "", "type": "GAUGE", "host": "web_1",
            "service": "dep.web.web_1." + entry["alias"], "time": int(time.time()),
        })
    due += 1
    time.sleep(max(0, due - time.monotonic()))
