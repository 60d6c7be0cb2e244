"""The signature block of a bundle: 512 bytes that say whose key vouches for every byte before them.

    magic (16) | zeros (400) | public key (32) | ed25519 signature (64)

Signed is the purpose, then the body, then the block less its last 64 bytes: no byte of a signed file is left
out, and a signature over one kind of thing says nothing of another. ed25519: RFC 8032; PyNaCl refuses what
could be bent (keys of small order, S >= L).
"""

from typing import Any

from myoedge.edge.errors import TrustError

BLOCK = 512  # bytes; that of a tar, so that a signed tar stays a row of whole blocks
MAGIC = b"myoedge signed 1"
TAR, FOLDER = b"myoedge bundle as a tar 1\0", b"myoedge bundle.json of a folder 1\0"  # purposes
KEY_BYTES, SIGNATURE_BYTES = 32, 64
INSTALL = "install the signature check: pip install 'myoedge[sign]'"


def signing_library() -> Any:
    """PyNaCl's `signing`; raises TrustError, with what to install, where it is missing."""
    try:
        import nacl.signing
    except ImportError as error:
        raise TrustError(
            f"signatures need PyNaCl, which is not installed here ({error}); {INSTALL}"
        ) from error
    return nacl.signing


def new_seed() -> tuple[bytes, bytes]:
    """A fresh secret seed and its public key, 32 bytes each."""
    key = signing_library().SigningKey.generate()
    return bytes(key), bytes(key.verify_key)


def public_of(seed: bytes) -> bytes:
    """The public key that belongs to a secret seed."""
    return bytes(signing_library().SigningKey(seed).verify_key)


def sign(seed: bytes, purpose: bytes, body: bytes) -> bytes:
    """The block that vouches for `body`; the same seed and body give the same block."""
    key = signing_library().SigningKey(seed)
    head = MAGIC + bytes(BLOCK - len(MAGIC) - KEY_BYTES - SIGNATURE_BYTES) + bytes(key.verify_key)
    return head + bytes(key.sign(purpose + body + head).signature)


def split(data: bytes) -> tuple[bytes, bytes | None]:
    """A file's body, and the block at its end, None where there is none."""
    if len(data) % BLOCK == 0 and data[-BLOCK:].startswith(MAGIC):
        return data[:-BLOCK], data[-BLOCK:]
    return data, None


def signer_of(purpose: bytes, body: bytes, block: bytes, where: str) -> bytes:
    """The public key whose signature holds for every byte of body and block; raises TrustError.

    Whether that key is trusted is another question.
    """
    library = signing_library()
    head, signature = block[:-SIGNATURE_BYTES], block[-SIGNATURE_BYTES:]
    public = head[-KEY_BYTES:]
    whole = len(block) == BLOCK and head.startswith(MAGIC)
    try:
        if not whole:
            raise ValueError("this is no signature block")
        library.VerifyKey(public).verify(purpose + body + head, signature)
    except Exception as error:  # whatever the library says, it is no good signature
        raise TrustError(
            f"{where}: its signature does not hold, so it was changed after it was signed; copy it again "
            "from where it was made"
        ) from error
    return public
