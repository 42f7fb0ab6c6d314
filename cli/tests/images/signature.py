"""usage: signature.py sign KEY.pem PAYLOAD | verify KEY.pub PAYLOAD SIGNATURE

The second implementation of signatures of images: ECDSA by OpenSSL, through Python's cryptography.
"""

import base64
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

what = sys.argv[1]
key, payload = (Path(file).read_bytes() for file in sys.argv[2:4])
if what == "sign":
    signature = load_pem_private_key(key, None).sign(payload, ECDSA(SHA256()))
    print(base64.b64encode(signature).decode())
else:
    try:
        load_pem_public_key(key).verify(base64.b64decode(sys.argv[4], validate=True), payload, ECDSA(SHA256()))
        print("good")
    except InvalidSignature:
        print("bad")
