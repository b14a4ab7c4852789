"""Uploads an item by a tus client that nobody here wrote: creation, a cut, resumption. tus.py FACTS"""

import hashlib
import json
import os
import sys
import tempfile
import time

import requests
from tusclient import client

facts = json.load(open(sys.argv[1]))
authority = os.path.join(facts["data"], "tls", "ca.crt")
os.environ["REQUESTS_CA_BUNDLE"] = authority
headers = {"cookie": facts["cookie"], "x-sallyport-csrf": facts["csrf"]}
length, chunk = 9_000_001, 2_000_000

with tempfile.NamedTemporaryFile() as file:
    plain = os.urandom(length)
    file.write(plain)
    file.flush()
    declaration = {
        "case": facts["case"],
        "particulars": {"title": "By a foreign client", "category": "other"},
        "originalName": "foreign.bin",
        "sha256": hashlib.sha256(plain).hexdigest(),
    }
    tus = client.TusClient(facts["origin"] + "/api/uploads/bytes", headers=headers)
    first = tus.uploader(file.name, chunk_size=chunk, metadata={"declaration": json.dumps(declaration)})
    first.upload(stop_at=2 * chunk)
    again = tus.uploader(file.name, chunk_size=chunk, url=first.url)
    assert again.offset == 2 * chunk, f"it goes on from {again.offset}"
    again.upload()

upload = first.url.split("/")[-2]
for _ in range(100):
    told = requests.get(f"{facts['origin']}/api/uploads/{upload}", headers=headers, verify=authority).json()
    if told["state"] == "held":
        break
    time.sleep(0.1)
assert told["state"] == "held", told
item = requests.get(f"{facts['origin']}/api/items/{told['item']}", headers=headers, verify=authority).json()
assert item["sha256"] == declaration["sha256"], item
print(f"{length} bytes by tuspy, cut at {2 * chunk} and resumed: held, with the digest that was declared")
