"""Asks sslyze what the vault takes: TLS 1.2 and 1.3 with AES-256-GCM, and nothing else. tls.py FACTS"""

import json
import sys
from urllib.parse import urlsplit

from sslyze import Scanner, ScanCommand, ServerNetworkLocation, ServerScanRequest

facts = json.load(open(sys.argv[1]))
where = urlsplit(facts["origin"])
allowed = {
    "tls_1_2_cipher_suites": {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    "tls_1_3_cipher_suites": {"TLS_AES_256_GCM_SHA384"},
    "ssl_2_0_cipher_suites": set(),
    "ssl_3_0_cipher_suites": set(),
    "tls_1_0_cipher_suites": set(),
    "tls_1_1_cipher_suites": set(),
}
others = {
    ScanCommand.HEARTBLEED,
    ScanCommand.OPENSSL_CCS_INJECTION,
    ScanCommand.ROBOT,
    ScanCommand.TLS_COMPRESSION,
    ScanCommand.SESSION_RENEGOTIATION,
    ScanCommand.ELLIPTIC_CURVES,
}
location = ServerNetworkLocation(hostname=where.hostname, port=where.port, ip_address="127.0.0.1")
request = ServerScanRequest(
    server_location=location, scan_commands={ScanCommand(name) for name in allowed} | others
)
scanner = Scanner()
scanner.queue_scans([request])
(result,) = scanner.get_results()
found = result.scan_result
assert found, result.connectivity_error_trace
for name, expected in allowed.items():
    taken = {suite.cipher_suite.name for suite in getattr(found, name).result.accepted_cipher_suites}
    assert taken == expected, f"{name}: {taken}"
assert not found.heartbleed.result.is_vulnerable_to_heartbleed
assert not found.openssl_ccs_injection.result.is_vulnerable_to_ccs_injection
assert "VULNERABLE" not in found.robot.result.robot_result.name.replace("NOT_VULNERABLE", "")
assert not found.tls_compression.result.supports_compression
assert not found.session_renegotiation.result.is_vulnerable_to_client_renegotiation_dos
curves = {curve.name for curve in found.elliptic_curves.result.supported_curves}
assert curves == {"secp384r1", "secp256r1"}, curves
print("sslyze: TLS 1.2 and 1.3 with AES-256-GCM on P-256 and P-384, and nothing else")
