"""usage: signature.py sign KEY.pem PAYLOAD | verify KEY.pub PAYLOAD SIGNATURE

The second implementation of signatures of images: ECDSA by OpenSSL, through Python's cryptography.
"""

import base64
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

what, key, payload = sys.argv[1:4]
with open(key, "rb") as file:
    key = file.read()
with open(payload, "rb") as file:
    payload = file.read()
if what == "sign":
    signature = load_pem_private_key(key, None).sign(payload, ECDSA(SHA256()))
    print(base64.b64encode(signature).decode())
else:
    try:
        load_pem_public_key(key).verify(base64.b64decode(sys.argv[4], validate=True), payload, ECDSA(SHA256()))
        print("good")
    except InvalidSignature:
        print("bad")
