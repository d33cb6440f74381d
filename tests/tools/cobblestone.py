"""Opens and seals messages of Cobblestone-256 with PyPI's cryptography.

Reads {"open": [{"key", "message"}], "seal": [{"key", "plaintext"}], "piece": bytes} and answers
{"open": [plaintext or null], "seal": [message]}; all bytes in base64. What does not open is null.
"""

import json
import sys
from base64 import b64decode, b64encode

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor

CONTEXT = b"cidlock/v1"


def run(machine, data, piece):
    out = b"".join(machine.update(data[i : i + piece]) for i in range(0, len(data), piece))
    return b64encode(out + machine.finalize()).decode()


def opened(key, message, piece):
    try:
        return run(Cobblestone256Decryptor(key, CONTEXT), message, piece)
    except Exception as refusal:
        print(f"refused: {refusal!r}", file=sys.stderr)
        return None


question = json.load(sys.stdin)
piece = question["piece"]
answer = {
    "open": [
        opened(b64decode(case["key"]), b64decode(case["message"]), piece)
        for case in question["open"]
    ],
    "seal": [
        run(Cobblestone256Encryptor(b64decode(case["key"]), CONTEXT), b64decode(case["plaintext"]), piece)
        for case in question["seal"]
    ],
}
json.dump(answer, sys.stdout)
