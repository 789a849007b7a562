"""An independent client, Debian's python3-fido2, against the simulated key.

usage: fido2-client.py SCENARIO UDP_PORT CONTROL_PORT PROTOCOL      (root certificate, PEM, on stdin)
Ends with 0 when the scenario held.
"""

import json
import socket
import sys
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.attestation import PackedAttestation
from fido2.ctap import CtapError
from fido2.ctap2 import ClientPin, Config, CredentialManagement, Ctap2, FPBioEnrollment
from fido2.ctap2 import PinProtocolV1, PinProtocolV2
from fido2.ctap2.bio import FPEnrollmentContext
from fido2.ctap2.extensions import HmacSecretExtension
from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor
from fido2.utils import sha256

ERR = CtapError.ERR
# The library's versions do not agree on these names.
PUAT_REQUIRED, UV_BLOCKED = 0x36, 0x3C
MAY = ClientPin.PERMISSION
HASH = b"\7" * 32
RP = "keys.clinic.example"
PIN = "246813"


class Udp(CtapHidConnection):
    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(60)
        self.socket.connect(("127.0.0.1", port))

    def read_packet(self):
        while True:
            packet = self.socket.recv(64)
            if packet:  # an empty one says plugged or pulled
                return packet

    def write_packet(self, data):
        self.socket.send(data)

    def close(self):
        self.socket.close()


class Key:
    def __init__(self, udp, control, version):
        self.udp = udp
        self.lines = socket.create_connection(("127.0.0.1", control)).makefile("rw")
        self.protocol = {1: PinProtocolV1, 2: PinProtocolV2}[version]()
        self.open()

    def open(self):
        descriptor = HidDescriptor("simulator", 0, 0, 64, 64)
        self.device = CtapHidDevice(descriptor, Udp(self.udp))
        self.ctap = Ctap2(self.device)
        self.pin = ClientPin(self.ctap, self.protocol)

    def control(self, cmd, **fields):
        self.lines.write(json.dumps({"cmd": cmd, **fields}) + "\n")
        self.lines.flush()
        answer = json.loads(self.lines.readline())
        assert answer["ok"], answer
        return answer

    def power_cycle(self):
        self.control("power-cycle")
        self.open()

    def token(self, permissions, rp_id=None, pin=PIN):
        return self.pin.get_pin_token(pin, permissions, rp_id)

    def signed(self, token):
        return {
            "pin_uv_param": self.protocol.authenticate(token, HASH),
            "pin_uv_protocol": self.protocol.VERSION,
        }

    def register(self, user=b"one", rp=RP, token=None, rk=True, **more):
        token = token or self.token(MAY.MAKE_CREDENTIAL, rp)
        return self.ctap.make_credential(
            HASH,
            {"id": rp, "name": rp},
            {"id": user, "name": user.decode()},
            [{"type": "public-key", "alg": -7}],
            options={"rk": rk},
            **self.signed(token),
            **more,
        )

    def sign(self, rp=RP, token=None, **more):
        token = token or self.token(MAY.GET_ASSERTION, rp)
        return self.ctap.get_assertion(rp, HASH, **self.signed(token), **more)

    def manage(self):
        return CredentialManagement(
            self.ctap, self.protocol, self.token(MAY.CREDENTIAL_MGMT)
        )

    def config(self, pin=PIN):
        token = self.token(MAY.AUTHENTICATOR_CFG, pin=pin)
        return Config(self.ctap, self.protocol, token)


def refused(code, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except CtapError as error:
        assert error.code == code, "%s instead of %s" % (error, code)
        return
    raise AssertionError("not refused, expected %s" % code)


def unreadable(call):
    """The library has an error of its own for each kind of broken answer."""
    try:
        answer = call()
    except Exception:
        return
    raise AssertionError("took %r for an answer" % answer)


def descriptor(credential):
    return {"type": "public-key", "id": credential.auth_data.credential_data.credential_id}


def registers_and_asserts(key):
    assert key.device.ping(b"x" * 300) == b"x" * 300
    key.device.wink()
    key.pin.set_pin(PIN)
    made = key.register()
    assert made.fmt == "packed" and made.auth_data.flags == 0x45
    PackedAttestation().verify(made.att_statement, made.auth_data, HASH)
    leaf = x509.load_der_x509_certificate(made.att_statement["x5c"][0])
    root = x509.load_pem_x509_certificate(sys.stdin.buffer.read())
    assert leaf.issuer == root.subject
    root.public_key().verify(
        leaf.signature, leaf.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256())
    )
    public_key = made.auth_data.credential_data.public_key
    seen = []
    for counter in (1, 2):
        assertion = key.sign(on_keepalive=seen.append)
        assertion.verify(HASH, public_key)
        assert assertion.auth_data.flags == 0x05
        assert assertion.auth_data.counter == counter
        assert assertion.user["id"] == b"one"
    assert 2 in seen
    refused(ERR.CREDENTIAL_EXCLUDED, key.register, exclude_list=[descriptor(made)])
    key.register(b"elsewhere", exclude_list=[], rp="other.example")
    refused(ERR.NO_CREDENTIALS, key.sign, rp="third.example")


def shows_what_stands_behind_it(key):
    key.pin.set_pin(PIN)
    root = x509.load_pem_x509_certificate(sys.stdin.buffer.read()).public_key()

    def made(**profile):
        key.control("set-key", profile=profile)
        key.power_cycle()
        return key.register()

    def is_pinned(made):
        leaf = x509.load_der_x509_certificate(made.att_statement["x5c"][0])
        try:
            root.verify(leaf.signature, leaf.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
            return True
        except InvalidSignature:
            return False

    genuine = made()
    other = made(attestation="other-root")
    own = made(attestation="self")
    for each in (genuine, other, own):
        assert each.fmt == "packed"
        PackedAttestation().verify(each.att_statement, each.auth_data, HASH)
    assert is_pinned(genuine) and not is_pinned(other)
    assert "x5c" not in own.att_statement
    nothing = made(attestation="none")
    assert nothing.fmt == "none" and nothing.att_statement == {}
    # BE and BS, at registration and at each assertion.
    assert made(backedUp=True).auth_data.flags == 0x45 | 0x18
    assert key.sign().auth_data.flags == 0x05 | 0x18


def breaks_as_it_is_told(key):
    key.pin.set_pin(PIN)
    retries = lambda: key.pin.get_pin_retries()[0]
    aimed = {"command": 6, "subCommand": 1}
    key.control("set-fault", fault={"kind": "status", "status": 0x27, "times": 2, **aimed})
    for _ in range(2):
        refused(ERR.OPERATION_DENIED, retries)
    assert retries() == 8
    key.control("set-fault", fault={"kind": "slow", "delayMs": 300, **aimed})
    assert retries() == 8
    key.control("set-fault", fault={"kind": "answer", "hex": "00a10318ff", **aimed})
    assert retries() == 255
    for kind in ("noise", "truncated", "sequence", "busy"):
        key.control("set-fault", fault={"kind": kind, **aimed})
        unreadable(retries)
        key.open()
        assert retries() == 8
    # It was not meant.
    key.control("set-fault", fault={"kind": "status", "status": 0x27, **aimed})
    key.ctap.get_info()
    key.control("set-fault", fault=None)
    assert retries() == 8


def spends_a_token_on_one_touch(key):
    key.pin.set_pin(PIN)
    key.register()
    token = key.token(MAY.GET_ASSERTION, RP)
    key.sign(token=token)
    refused(ERR.PIN_AUTH_INVALID, key.sign, token=token)
    refused(ERR.PIN_AUTH_INVALID, key.sign, token=key.token(MAY.GET_ASSERTION, "other.example"))
    refused(ERR.PIN_AUTH_INVALID, key.sign, token=key.token(MAY.MAKE_CREDENTIAL, RP))
    refused(ERR.PIN_AUTH_INVALID, key.register, token=key.token(MAY.GET_ASSERTION, RP))


def sets_and_changes_the_pin(key):
    refused(ERR.PIN_NOT_SET, key.token, MAY.GET_ASSERTION, RP)
    key.control("set-key", minPinLength=6)
    refused(ERR.PIN_POLICY_VIOLATION, key.pin.set_pin, "12345")
    refused(ERR.PIN_POLICY_VIOLATION, key.pin.set_pin, "1" * 64)
    key.pin.set_pin(PIN)
    refused(ERR.PIN_AUTH_INVALID, key.pin.set_pin, "135790")
    refused(ERR.PIN_INVALID, key.pin.change_pin, "000000", "135790")
    assert key.pin.get_pin_retries()[0] == 7
    refused(ERR.PIN_POLICY_VIOLATION, key.pin.change_pin, PIN, "1234")
    key.pin.change_pin(PIN, "135790")
    assert key.pin.get_pin_retries()[0] == 8
    refused(ERR.PIN_INVALID, key.token, MAY.GET_ASSERTION, RP)
    key.token(MAY.GET_ASSERTION, RP, "135790")
    # What counts is code points.
    key.pin.change_pin("135790", "\u00e4\u00f6\u00fc\u00df\u00e9\u00f1")
    key.token(MAY.GET_ASSERTION, RP, "\u00e4\u00f6\u00fc\u00df\u00e9\u00f1")


def locks_after_wrong_pins(key):
    key.pin.set_pin(PIN)
    wrong = lambda code: refused(code, key.token, MAY.GET_ASSERTION, RP, "000000")
    wrong(ERR.PIN_INVALID)
    key.token(MAY.GET_ASSERTION, RP)
    assert key.pin.get_pin_retries() == (8, False)
    for left in (8, 5):
        wrong(ERR.PIN_INVALID)
        wrong(ERR.PIN_INVALID)
        wrong(ERR.PIN_AUTH_BLOCKED)
        assert key.pin.get_pin_retries() == (left - 3, True)
        # Not even the right one, until it has been taken out.
        refused(ERR.PIN_AUTH_BLOCKED, key.token, MAY.GET_ASSERTION, RP)
        assert key.pin.get_pin_retries() == (left - 3, True)
        key.power_cycle()
    wrong(ERR.PIN_INVALID)
    wrong(ERR.PIN_BLOCKED)
    refused(ERR.PIN_BLOCKED, key.token, MAY.GET_ASSERTION, RP)
    key.power_cycle()
    refused(ERR.PIN_BLOCKED, key.token, MAY.GET_ASSERTION, RP)
    key.ctap.reset()
    key.open()
    assert key.ctap.info.options["clientPin"] is False
    key.pin.set_pin(PIN)
    key.token(MAY.GET_ASSERTION, RP)


def forces_a_change(key):
    key.pin.set_pin("1234")
    key.config("1234").set_min_pin_length(6, force_change_pin=False)
    info = key.ctap.get_info()
    assert info.min_pin_length == 6 and info.force_pin_change is True
    refused(ERR.PIN_POLICY_VIOLATION, key.token, MAY.GET_ASSERTION, RP, "1234")
    key.pin.change_pin("1234", PIN)
    assert key.ctap.get_info().force_pin_change is False
    refused(ERR.PIN_POLICY_VIOLATION, key.config().set_min_pin_length, 4)
    key.config().set_min_pin_length(force_change_pin=True)
    refused(ERR.PIN_POLICY_VIOLATION, key.pin.change_pin, PIN, PIN)
    key.pin.change_pin(PIN, "135790")
    key.token(MAY.GET_ASSERTION, RP, "135790")


def always_wants_verification(key):
    key.pin.set_pin(PIN)
    made = key.register()
    allow = [descriptor(made)]
    assert key.ctap.get_assertion(RP, HASH, allow).auth_data.flags == 0x01
    key.config().toggle_always_uv()
    assert key.ctap.get_info().options["alwaysUv"] is True
    refused(PUAT_REQUIRED, key.ctap.get_assertion, RP, HASH, allow)
    assert key.ctap.get_assertion(RP, HASH, allow, options={"up": False}).auth_data.flags == 0
    key.sign()


def protects_credentials(key):
    key.pin.set_pin(PIN)
    for level in (1, 2, 3):
        rp = "level%d.example" % level
        made = key.register(rp=rp, extensions={"credProtect": level})
        assert made.auth_data.extensions == {"credProtect": level}
        plain = lambda: key.ctap.get_assertion(rp, HASH)
        by_id = lambda: key.ctap.get_assertion(rp, HASH, [descriptor(made)])
        plain() if level == 1 else refused(ERR.NO_CREDENTIALS, plain)
        by_id() if level < 3 else refused(ERR.NO_CREDENTIALS, by_id)
        key.sign(rp=rp)
    refused(ERR.INVALID_OPTION, key.register, extensions={"credProtect": 4})


def hands_out_one_after_another(key):
    key.pin.set_pin(PIN)
    public_keys = {}
    for user in (b"one", b"two", b"three"):
        public_keys[user] = key.register(user).auth_data.credential_data.public_key
    found = [key.sign()]
    assert found[0].number_of_credentials == 3
    found += [key.ctap.get_next_assertion() for _ in range(2)]
    assert [each.user["name"] for each in found] == ["three", "two", "one"]
    for each in found:
        each.verify(HASH, public_keys[each.user["id"]])
    refused(ERR.NOT_ALLOWED, key.ctap.get_next_assertion)
    key.sign()
    key.pin.get_pin_retries()
    refused(ERR.NOT_ALLOWED, key.ctap.get_next_assertion)
    # The same user again: in place of the old one.
    key.register(b"one")
    assert key.sign().number_of_credentials == 3


def manages_credentials(key):
    R = CredentialManagement.RESULT
    key.control("set-key", profile={"maxCredentials": 3})
    key.power_cycle()
    key.pin.set_pin(PIN)
    made = [key.register(user) for user in (b"one", b"two")]
    key.register(b"three", rp="other.example")
    refused(ERR.KEY_STORE_FULL, key.register, b"four")
    manage = key.manage()
    assert manage.get_metadata() == {R.EXISTING_CRED_COUNT: 3, R.MAX_REMAINING_COUNT: 0}
    rps = {each[R.RP]["id"]: each[R.RP_ID_HASH] for each in manage.enumerate_rps()}
    assert rps == {rp: sha256(rp.encode()) for rp in (RP, "other.example")}
    listed = {each[R.USER]["id"]: each for each in manage.enumerate_creds(rps[RP])}
    assert sorted(listed) == [b"one", b"two"]
    one = made[0].auth_data.credential_data
    assert listed[b"one"][R.CREDENTIAL_ID]["id"] == one.credential_id
    assert listed[b"one"][R.PUBLIC_KEY] == one.public_key
    manage.update_user_info(descriptor(made[1]), {"id": b"two", "name": "Second"})
    manage.delete_cred(descriptor(made[0]))
    refused(ERR.NO_CREDENTIALS, manage.delete_cred, descriptor(made[0]))
    (left,) = manage.enumerate_creds(rps[RP])
    assert left[R.USER]["name"] == "Second"
    bad = CredentialManagement(key.ctap, key.protocol, key.token(MAY.GET_ASSERTION, RP))
    refused(ERR.PIN_AUTH_INVALID, bad.get_metadata)


def keeps_hmac_secrets(key):
    key.pin.set_pin(PIN)
    made = key.register(extensions={"hmac-secret": True})
    assert made.auth_data.extensions == {"hmac-secret": True}

    def secrets(salt1, salt2, verified=True):
        extension = HmacSecretExtension(key.ctap, key.protocol)
        # First the token: what the extension agreed on must still hold when it is used.
        signed = key.signed(key.token(MAY.GET_ASSERTION, RP)) if verified else {}
        asked = extension.process_get_input({"hmacGetSecret": {"salt1": salt1, "salt2": salt2}})
        answer = key.ctap.get_assertion(
            RP, HASH, [descriptor(made)], extensions={"hmac-secret": asked}, **signed
        )
        return extension.process_get_output(answer.auth_data)["hmacGetSecret"]

    first = secrets(b"a" * 32, b"b" * 32)
    assert first["output1"] != first["output2"]
    assert secrets(b"b" * 32, b"")["output1"] == first["output2"]
    assert secrets(b"a" * 32, b"", verified=False)["output1"] != first["output1"]


def verifies_fingers(key):
    key.control("set-key", profile={"fingerprintSensor": True})
    key.power_cycle()
    key.pin.set_pin(PIN)
    bio = FPBioEnrollment(key.ctap, key.protocol, key.token(MAY.BIO_ENROLL))
    enrolment = FPEnrollmentContext(bio)
    template = None
    while template is None:
        template = enrolment.capture()
    bio.set_name(template, "Right index")
    assert bio.enumerate_enrollments() == {template: "Right index"}
    key.open()
    assert key.ctap.info.options["uv"] is True
    key.register(token=key.pin.get_uv_token(MAY.MAKE_CREDENTIAL, RP))
    by_finger = key.pin.get_uv_token(MAY.GET_ASSERTION, RP)
    key.control("set-touch", auto=False)
    assert key.sign(token=by_finger).auth_data.flags == 0x05
    refused(ERR.PIN_AUTH_INVALID, key.sign, token=by_finger)
    key.control("set-touch", auto=True, finger=False)
    for left in (2, 1):
        refused(ERR.UV_INVALID, key.pin.get_uv_token, MAY.GET_ASSERTION, RP)
        assert key.pin.get_uv_retries()[0] == left
    refused(UV_BLOCKED, key.pin.get_uv_token, MAY.GET_ASSERTION, RP)
    key.token(MAY.GET_ASSERTION, RP)
    assert key.pin.get_uv_retries()[0] == 3
    bio = FPBioEnrollment(key.ctap, key.protocol, key.token(MAY.BIO_ENROLL))
    bio.remove_enrollment(template)
    assert key.ctap.get_info().options["uv"] is False


def is_selected_and_reset(key):
    key.ctap.selection()
    key.pin.set_pin(PIN)
    key.register()
    key.power_cycle()
    key.ctap.reset()
    key.open()
    assert key.ctap.info.options["clientPin"] is False
    refused(ERR.NO_CREDENTIALS, key.ctap.get_assertion, RP, HASH)


if __name__ == "__main__":
    scenario, udp, control, version = sys.argv[1:]
    globals()[scenario](Key(int(udp), int(control), int(version)))
