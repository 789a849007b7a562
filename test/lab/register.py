"""Makes an authenticator on UDP ready for the lab, with a client that is not ours (python3-fido2):
sets the PIN where there is none, and registers one discoverable credential.

usage: register.py PORT RP_ID PIN      prints the credential's public key, x and y in hex"""
import os
import socket
import sys

from fido2.ctap2 import ClientPin, Ctap2
from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor

port, rp_id, pin = sys.argv[1:]


class Udp(CtapHidConnection):
    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", int(port)))
        self.socket.settimeout(30)

    def read_packet(self):
        # An empty datagram says that the key was plugged in or pulled.
        while True:
            report = self.socket.recv(64)
            if report:
                return report

    def write_packet(self, report):
        self.socket.send(report)

    def close(self):
        self.socket.close()


device = CtapHidDevice(HidDescriptor("udp", 0, 0, 64, 64), Udp())
ctap = Ctap2(device)
client_pin = ClientPin(ctap)
if not ctap.info.options.get("clientPin"):
    client_pin.set_pin(pin)
# Without permissions an older key knows only one kind of token.
token = client_pin.get_pin_token(pin, ClientPin.PERMISSION.MAKE_CREDENTIAL, rp_id)
client_data_hash = os.urandom(32)
attestation = ctap.make_credential(
    client_data_hash,
    {"id": rp_id, "name": "Wardlock lab"},
    {"id": os.urandom(32), "name": "lab", "displayName": "Lab"},
    [{"type": "public-key", "alg": -7}],
    options={"rk": True},
    pin_uv_param=client_pin.protocol.authenticate(token, client_data_hash),
    pin_uv_protocol=client_pin.protocol.VERSION,
)
key = attestation.auth_data.credential_data.public_key
print(key[-2].hex(), key[-3].hex())
