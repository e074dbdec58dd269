"""What goes wrong at the sandbox's company: recurring troubles told in different words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cluster:
    """One recurring trouble: the same item fails, and every caller tells it another way.

    ``impact`` and ``urgency`` are the usual ones; ``cause`` becomes a problem's title.
    """

    item: str
    service: str
    team: str
    category: str
    impact: str
    urgency: str
    cause: str
    words: tuple[str, ...]
    notes: tuple[str, ...]


CLUSTERS = (
    Cluster(
        "vpn-gw-01",
        "Remote Access",
        "network",
        "network",
        "2",
        "1",
        "VPN gateway drops sessions under load",
        (
            "VPN disconnects every few minutes",
            "Remote access keeps dropping since this morning",
            "Tunnel to the office is lost during video calls",
            "Cannot stay connected from home",
            "Client says 'session terminated by gateway'",
            "Home office: connection breaks again and again",
        ),
        (
            "Gateway shows 100% session table usage.",
            "Moved the user to the second gateway as a workaround.",
            "Firmware known for this; vendor case is open.",
        ),
    ),
    Cluster(
        "checkout-api",
        "Online Shop",
        "apps",
        "software",
        "1",
        "2",
        "Checkout times out when the payment provider is slow",
        (
            "Customers cannot pay with credit card",
            "Checkout page hangs at the last step",
            "Payment times out, order is lost",
            "Shop: 504 after pressing 'Buy now'",
            "Several customers report a spinning wheel at payment",
            "Orders without payment since 10:00",
        ),
        (
            "Thread pool of checkout-api exhausted, restarted one node.",
            "Provider answers in 20 s instead of 2 s.",
            "Reproduced: no circuit breaker around the provider call.",
        ),
    ),
    Cluster(
        "erp-db-01",
        "ERP",
        "database",
        "database",
        "2",
        "2",
        "Missing index makes month-end reports block the ERP database",
        (
            "ERP very slow in the afternoon",
            "Report 'open items' does not finish",
            "Booking an invoice takes minutes",
            "Finance client freezes when saving",
            "Month-end report blocks everybody",
        ),
        (
            "Long running query from the reporting user, killed.",
            "Lock waits on table fin_items, up to 400 s.",
        ),
    ),
    Cluster(
        "mail-relay-02",
        "E-mail",
        "network",
        "network",
        "2",
        "2",
        "Mail relay queue grows after certificate renewals",
        (
            "E-mails to customers arrive hours late",
            "Outgoing mail is stuck",
            "No confirmation mails since yesterday",
            "Customer says our invoice never arrived",
            "Mail delivery delayed, external only",
        ),
        ("Queue length 14,000, flushed by hand.", "TLS handshake to partners fails."),
    ),
    Cluster(
        "sso-idp",
        "Identity",
        "apps",
        "software",
        "1",
        "1",
        "Single sign-on loops after session key rotation",
        (
            "Login page comes back again and again",
            "Cannot sign in to any application",
            "Redirect loop after password",
            "SSO error 'invalid state' on the portal",
            "Locked out of everything after lunch",
        ),
        (
            "Two nodes sign with different keys.",
            "Workaround: clear cookies and sign in again.",
        ),
    ),
    Cluster(
        "wms-print-01",
        "Warehouse",
        "apps",
        "hardware",
        "3",
        "1",
        "Label printing stops when the spooler disk is full",
        (
            "Labels are not printed at gate 3",
            "Warehouse printer does nothing",
            "Shipping labels come out empty",
            "No labels, trucks are waiting",
            "Label printer prints yesterday's jobs",
        ),
        ("Spool disk at 100%.", "Deleted old jobs, printing works again."),
    ),
)

RECURRING = (
    Cluster(
        "mail-store-01",
        "E-mail",
        "desk",
        "software",
        "3",
        "3",
        "Outlook loses saved credentials",
        (
            "Outlook asks for the password again and again",
            "Password prompt in Outlook keeps popping up",
            "outlook: passwort wird ständig abgefragt",
            "Outlok wants my password every 10 minutes",
            "Outlook does not remember the password, nb-0417",
        ),
        ("Removed the saved credentials.",),
    ),
    Cluster(
        "laptop-pool",
        "Workplace",
        "desk",
        "hardware",
        "3",
        "3",
        "Docking stations lose monitors after standby",
        (
            "Docking station does not detect the monitors",
            "No signal on both monitors at the dock",
            "Dock: Monitor wird nicht erkannt",
            "Monitors stay black on docking station after standby",
            "docking staton finds no monitor (nb-1130)",
        ),
        ("Unplugged the dock for a minute.",),
    ),
    Cluster(
        "file-srv-03",
        "File Service",
        "desk",
        "inquiry",
        "3",
        "3",
        "Access to department folders is asked for by ticket",
        (
            "Need access to the folder of marketing",
            "Please give me access to folder sales",
            "Zugriff auf Ordner Einkauf benötigt",
            "Access to folder for new colleague, please add",
            "I need permission for the folder of legal",
        ),
        ("Approved by the owner, added to the group.",),
    ),
)
"""Minor troubles that come back in different words, written only where they are asked for."""

NOISE = (
    ("Please reset my password", "Identity", "sso-idp"),
    ("New laptop for a colleague", "Workplace", "laptop-pool"),
    ("Monitor stays black", "Workplace", "laptop-pool"),
    ("Need access to the finance share", "File Service", "file-srv-03"),
    ("Restore a deleted folder", "File Service", "file-srv-03"),
    ("Question about the new expense form", "ERP", "erp-app-01"),
    ("Headset has no sound", "Workplace", "laptop-pool"),
    ("Mailbox is full", "E-mail", "mail-store-01"),
    ("Shared calendar shows the wrong zone", "E-mail", "mail-store-01"),
    ("Badge reader at the side door is dead", "Facilities", "badge-ctl-01"),
)
"""Everyday tickets: words, service, item."""

EXTRA_PROBLEMS = (
    ("Nightly backup of file servers overruns into office hours", "file-srv-03", "File Service"),
    ("Badge controllers lose their time after power cuts", "badge-ctl-01", "Facilities"),
)

CHANGES = (
    ("normal", "-5", "Raise thread pool and add a circuit breaker to checkout-api", 2),
    ("normal", "-4", "Add covering index for open items report", 3),
    ("normal", "-3", "Replace firmware of VPN gateways", 2),
    ("normal", "-2", "Move mail relay to the new certificate store", 3),
    ("normal", "-1", "Split the reporting database from the ERP database", 2),
    ("normal", "0", "Renew the storage fabric firmware", 2),
    ("normal", "3", "Upgrade the load balancers", 3),
    ("standard", "-5", "Monthly patches of Linux servers", 4),
    ("standard", "-2", "Extend the spool disk of wms-print-01", 4),
    ("standard", "-1", "Rotate session keys of the identity provider", 4),
    ("standard", "3", "Monthly patches of Windows servers", 4),
    ("emergency", "-3", "Block a malicious range at the firewall", 2),
    ("emergency", "-1", "Roll back checkout-api to the last release", 1),
    ("emergency", "4", "Fail over the ERP database", 1),
)
"""Type, state, title, risk."""

CLOSING = (
    ("Solution provided", "Fixed and confirmed by the caller."),
    ("Workaround provided", "Works with the workaround; the cause is followed elsewhere."),
    ("Resolved by caller", "Gone after a restart."),
    ("Resolved by change", "Fixed with the change."),
    ("User error", "Explained how it works."),
)

CALLER_WORDS = (
    "Any news on this? My team is waiting.",
    "It happened again just now.",
    "Seems better, but I will keep an eye on it.",
    "Thank you, it works again.",
)
