"""Reads PREMIS 3 and NIEM 6 of a bag with readers of others, and holds what they found against the files.

No package carries the schema of PREMIS 3 or of NIEM 6, so: every PREMIS entity is read by metsrw, which takes an
element in its place only, and the order of NIEM elements is held against the reference schema, word for word.
"""

import hashlib
import json
import sys
from pathlib import Path

from lxml import etree
from metsrw.plugins import premisrw

bag = Path(sys.argv[1])
MODEL = "https://docs.oasis-open.org/niemopen/ns/model"
J = f"{{{MODEL}/domains/justice/6.0/}}"
NC = f"{{{MODEL}/niem-core/6.0/}}"
P = "{http://www.loc.gov/premis/v3}"

# In the order of j:EvidenceType and j:CustodyTransferType (niem-model 6.0, xsd/domains/justice.xsd), without what
# is not written here.
EVIDENCE = [
    "EvidenceBinary",
    "EvidenceItemText",
    "EvidenceCollector",
    "EvidenceCustodyTransfer",
    "EvidenceNumberIdentification",
    "EvidenceTakenLocation",
]
TRANSFER = [
    "ActivityIdentification",
    "ActivityDate",
    "ActivityReasonText",
    "CustodyTransferActionText",
    "CustodyTransferItem",
    "CustodyTransferReceivingEnforcementAgency",
    "CustodyTransferReceivingEnforcementOfficial",
    "CustodyTransferReleasingEnforcementAgency",
    "CustodyTransferReleasingEnforcementOfficial",
]


def in_order(element, order, where):
    places = [order.index(etree.QName(child).localname) for child in element]
    assert places == sorted(places), f"{where}: elements out of their order"


def premis(path, record, entries):
    root = etree.parse(str(path)).getroot()
    kinds = {"object": premisrw.PREMISObject, "event": premisrw.PREMISEvent, "agent": premisrw.PREMISAgent}
    read = {"object": [], "event": [], "agent": []}
    order = [etree.QName(entity).localname for entity in root]
    assert order == sorted(order, key=list(kinds).index), f"{path}: entities out of their order"
    for entity in root:
        kind = etree.QName(entity).localname
        read[kind].append(kinds[kind].fromtree(entity))
    assert len(read["object"]) == 1, path
    digests = {
        node.find(f"{P}messageDigestAlgorithm").text: node.find(f"{P}messageDigest").text
        for node in root.iter(f"{P}fixity")
    }
    assert digests == {"SHA-256": record["sha256"], "SHA-512": record["sha512"]}, path
    assert root.find(f".//{P}originalName").text == record["originalName"], path
    assert len(read["event"]) == entries, f"{path}: {len(read['event'])} events of {entries}"
    agents = {node.text for node in root.iter(f"{P}agentIdentifierValue")}
    assert {node.text for node in root.iter(f"{P}linkingAgentIdentifierValue")} <= agents, f"{path}: a stray agent"


def niem(path, record):
    root = etree.parse(str(path)).getroot()
    assert root.tag == f"{J}Evidence"
    in_order(root, EVIDENCE, path)
    transfers = root.findall(f"{J}EvidenceCustodyTransfer")
    assert transfers, f"{path}: no transfer"
    for transfer in transfers:
        in_order(transfer, TRANSFER, path)
    hashes = {
        value.find(f"{J}HashValueMethodAlgorithmText").text: value.find(f"{J}HashValueText").text
        for value in root.iter(f"{J}BinaryHashValue")
    }
    assert hashes == {"SHA-256": record["sha256"], "SHA-512": record["sha512"]}, path
    return len(transfers)


items = transfers = 0
for folder in sorted(p for p in (bag / "metadata").iterdir() if p.is_dir()):
    record = json.loads((folder / "item.json").read_text())
    content = (bag / record["path"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == record["sha256"], folder
    entries = sum(1 for _ in (folder / "custody.jsonl").open())
    premis(folder / "premis.xml", record, entries)
    transfers += niem(folder / "niem.xml", record)
    items += 1
assert items > 0
print(f"{items} items, {transfers} transfers")
