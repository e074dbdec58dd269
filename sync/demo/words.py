"""What people at the sandbox's company say and write."""

from __future__ import annotations

TROUBLES = (
    ("VPN drops again for the Hamburg office", "vpn-gw-01", "network", "2", "1"),
    ("Payment shows [object Object] as the total", "checkout-api", "software", "1", "2"),
    ("Booking run stuck at 80 %", "erp-db-01", "database", "2", "2"),
    ("Invoices by e-mail are three hours late", "mail-relay-02", "network", "2", "2"),
    ("Portal asks for the password twice", "sso-idp", "software", "1", "2"),
    ("Customer data export ends with {error: 500}", "checkout-api", "software", "2", "2"),
    ("Scanner in hall 3 is slow", "wms-print-01", "inquiry", "3", "2"),
)  # fmt: skip
"""Words, item, category, impact, urgency; the last one is too small to get a twin."""

DETAILS = (
    "Started at about nine. Several people in one room are affected.",
    "Happens every time:\n1. open the page\n2. press *Save*\n3. wait for a minute",
    "Log says: [ERROR] timeout after 30000 ms {thread=pool-7}. Restart helped for an hour.",
    "Only with the new client. The old one works.\n\nScreenshot follows by mail.",
)

WORK_NOTES = (
    "Called back, the user confirms the time. Logs are attached to the problem.",
    "Restarted the node, watching the error rate.",
    "Same pattern as last week [see the problem]. Handing over to the team.",
    "Workaround given: use the second gateway until tonight.",
    "Vendor case opened, priority 2.",
)

CUSTOMER_WORDS = (
    "Any news? The whole team is waiting.",
    "It happened again a minute ago.",
    "Works since lunch, thank you!",
    "I can reproduce it with every order above 1.000 €.",
)

REMARKS = (
    "Found it: the pool is exhausted because the client never closes its connections.",
    "Fix is on the test system, please check.",
    "Needs the new certificate first.",
    "Cannot reproduce with {noformat}curl{noformat}, only in the browser.",
    "Reviewed, two small remarks in the pull request.",
)

LABELS = ("regression", "quick-win", "needs-design", "customer", "performance", "release-12")

FINDINGS = (
    "Metrics show the retry storm the desk told us about",
    "Alert on certificate expiry is missing",
    "Load test breaks sessions after 2 hours",
    "Cart loses items when two tabs are open",
)

CAUSES = (
    ("Label printers lose their queue after the nightly update", "wms-print-01"),
    ("Session store of the portal fills up on Mondays", "sso-idp"),
)

CLOSINGS = (
    ("Solution provided", "Fixed and confirmed by the caller."),
    ("Workaround provided", "Works with the workaround, the cause is followed in the problem."),
    ("User error", "Explained how it works."),
    ("Resolved by change", "Gone since the change of last night."),
)

ADDITIONS = (" (again)", " - several users", " since the update", " on all clients")

INCIDENT_STATES = {
    "1": "New",
    "2": "In Progress",
    "3": "On Hold",
    "6": "Resolved",
    "7": "Closed",
    "8": "Canceled",
}
CHANGE_STATES = {
    "-5": "New",
    "-4": "Assess",
    "-3": "Authorize",
    "-2": "Scheduled",
    "-1": "Implement",
    "0": "Review",
    "3": "Closed",
    "4": "Canceled",
}
PROBLEM_STATES = {
    "101": "New",
    "102": "Assess",
    "103": "Root Cause Analysis",
    "104": "Fix in Progress",
    "106": "Resolved",
    "107": "Closed",
}


def state(number: str, value: str) -> str:
    """What people call the state of a ticket; its number says which table it is in."""
    table = {"INC": INCIDENT_STATES, "CHG": CHANGE_STATES, "PRB": PROBLEM_STATES}
    return table.get(number[:3], {}).get(value, value)
