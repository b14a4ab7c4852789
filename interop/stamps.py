"""Judges stamps of our test authority with rfc3161-client: stamps.py FOLDER, which interop/stamps.ts has filled."""

import pathlib
import sys

from cryptography import x509
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

folder = pathlib.Path(sys.argv[1]) / "stamps"
response = decode_timestamp_response((folder / "ours.tsr").read_bytes())
root = x509.load_pem_x509_certificate((folder / "ours.root.pem").read_bytes())
middle = x509.load_pem_x509_certificate((folder / "ours.middle.pem").read_bytes())
verifier = VerifierBuilder().add_root_certificate(root).add_intermediate_certificate(middle).build()
stamped = (folder / "stamped").read_bytes()
verifier.verify_message(response, stamped)
try:
    verifier.verify_message(response, stamped + b"!")
    sys.exit("other bytes were taken for those that were stamped")
except VerificationError:
    print(f"rfc3161-client: stamped at {response.tst_info.gen_time.isoformat()}, and no other bytes")
