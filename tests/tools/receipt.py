"""Verifies receipts of deletions with PyPI's jwcrypto, by the keys that a gateway publishes.

Reads {"jwks": a JSON Web Key Set, "receipts": [compact JWS]} and answers a list of
{"header", "claims"}; what does not verify is null.
"""

import json
import sys

from jwcrypto import common, jwk, jws


def verified(keys, compact):
    token = jws.JWS()
    try:
        token.deserialize(compact)
        token.allowed_algs = ["EdDSA"]
        token.verify(keys.get_key(token.jose_header["kid"]))
    except (common.JWException, ValueError, AttributeError, TypeError, KeyError) as refusal:
        print(f"refused: {refusal!r}", file=sys.stderr)
        return None
    return {"header": token.jose_header, "claims": json.loads(token.payload)}


question = json.load(sys.stdin)
keys = jwk.JWKSet.from_json(json.dumps(question["jwks"]))
json.dump([verified(keys, receipt) for receipt in question["receipts"]], sys.stdout)
