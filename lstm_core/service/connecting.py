"""How the server gets through to a Dask scheduler, with certificates where it asks for them, and why it did not.

Certificates come from Dask's own configuration, which environment variables fill (`CERTIFICATES`); docs/cluster.md
tells the whole story.
"""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lstm_core.errors import ServiceUnavailable

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 15.0  # a scheduler is there or not; the conductor tries again
CLOSE_SECONDS = 5.0
CERTIFICATES = (
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE",
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT",
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY",
)


def connect(address: str) -> "Client":
    """Connect to the scheduler at an address such as tls://host:8786.

    Raises ServiceUnavailable, which says why, when nobody answers or the certificates do not fit.
    """
    import dask
    from distributed import Client
    from distributed.security import Security

    # A slice that takes up a run carries its whole state: no reason for a warning about large tasks.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "2 GiB"})
    for name in ("distributed", "distributed.client"):  # they have levels of their own, which Dask sets at its import
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        security = Security()
        security.get_connection_args("client")  # reads the files, which a client that is half made could not survive
    except (OSError, ValueError) as error:  # not there, not readable, or no certificates
        raise _unreadable_certificates(address, error) from error
    # In two steps, so that a client that does not get through can be closed. Else the garbage collector closes it, at a
    # moment of its own choosing; while another client starts, that waits for ever for a lock which its own thread holds
    # (distributed 2026.8; still needed while Client.__del__ calls close).
    client = Client.__new__(Client)
    try:
        # Not the default client: what else in this process uses Dask keeps its own.
        client.__init__(address, security=security, set_as_default=False, timeout=CONNECT_SECONDS, name="lstm-service")
        return client
    except (OSError, ValueError, TypeError, RuntimeError) as error:  # no answer; malformed; no certificates
        client.close(timeout=CLOSE_SECONDS)
        raise _not_reached(address, error) from error


def _not_reached(address: str, error: Exception) -> ServiceUnavailable:
    is_encrypted = address.startswith("tls://")
    if is_encrypted and isinstance(error, TypeError):  # Dask: "TLS expects a `ssl_context` argument"
        return ServiceUnavailable(
            f"The Dask scheduler at {address} cannot be reached: it asks for certificates, and this server has none.",
            f"The environment variables {', '.join(CERTIFICATES)} must name its files.",
            "Set them and start the app again; docs/cluster.md tells how.",
        )
    if is_encrypted and any("SSL" in repr(cause) or "TLS cert" in repr(cause) for cause in _iter_causes(error)):
        return ServiceUnavailable(
            f"The Dask scheduler at {address} cannot be reached: it and this server refuse each other's certificates.",
            f"Scheduler, workers and server need certificates of one authority; this server's are in the files that "
            f"{', '.join(CERTIFICATES)} name.",
            "Give all of them files that belong together and start the app again; docs/cluster.md tells how.",
        )
    return ServiceUnavailable(
        f"The Dask scheduler at {address} cannot be reached ({error}).",
        "It must run, and this machine must be allowed to connect to it; one with certificates has a tls:// address.",
        "Check the address in LSTM_SCHEDULER, or leave it out to train on this machine.",
    )


def _unreadable_certificates(address: str, error: Exception) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"The Dask scheduler at {address} cannot be reached: this server's certificates cannot be read ({error}).",
        f"The environment variables {', '.join(CERTIFICATES)} name three files in PEM format.",
        "Correct them and start the app again; docs/cluster.md tells how.",
    )


def _iter_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
