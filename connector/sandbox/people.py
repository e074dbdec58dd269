"""The people of the sandbox's company, the same on both sides.

Both fakes seed their users from here, so a person found by e-mail on one side exists on the other.
Everybody logs in with the password :data:`PASSWORD`.
"""

from __future__ import annotations

from dataclasses import dataclass

DOMAIN = "northwind.example"
PASSWORD = "sandbox"  # noqa: S105 - the fake systems' one public password
INTEGRATION = "tandem"


@dataclass(frozen=True, slots=True)
class Colleague:
    """One person; ``team`` says what he does all day (see :data:`TEAMS`).

    ``address`` is an e-mail unlike the login; ``hidden`` keeps it from others on Jira Cloud;
    ``only`` names the one system that knows the account.
    """

    login: str
    first: str
    last: str
    team: str
    active: bool = True
    address: str = ""
    hidden: bool = False
    only: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """The address, the same on both sides."""
        return f"{self.address or self.login}@{DOMAIN}"


TEAMS = {
    "desk": "Service Desk",
    "network": "Network",
    "database": "Database",
    "apps": "Application Development",
    "change": "Change Management",
    "business": "Business",
}
"""Team key to the name of its group."""

COLLEAGUES = (
    Colleague("amira.haddad", "Amira", "Haddad", "desk"),
    Colleague("ben.okafor", "Ben", "Okafor", "desk"),
    Colleague("chloe.martin", "Chloé", "Martin", "desk"),
    Colleague("dmitri.volkov", "Dmitri", "Volkov", "desk"),
    Colleague("elena.rossi", "Elena", "Rossi", "network"),
    Colleague("farid.nazari", "Farid", "Nazari", "network"),
    Colleague("greta.lindqvist", "Greta", "Lindqvist", "network"),
    Colleague("hiro.tanaka", "Hiro", "Tanaka", "database"),
    Colleague("ines.carvalho", "Inês", "Carvalho", "database"),
    Colleague("jonas.weber", "Jonas", "Weber", "apps"),
    Colleague("kavya.iyer", "Kavya", "Iyer", "apps"),
    Colleague("liam.murphy", "Liam", "Murphy", "apps"),
    Colleague("mei.chen", "Mei", "Chen", "apps"),
    Colleague("noah.fischer", "Noah", "Fischer", "apps"),
    Colleague("olga.petrova", "Olga", "Petrova", "apps"),
    Colleague("pedro.alvarez", "Pedro", "Álvarez", "apps"),
    Colleague("quinn.taylor", "Quinn", "Taylor", "change"),
    Colleague("rosa.jimenez", "Rosa", "Jiménez", "change"),
    Colleague("samuel.adeyemi", "Samuel", "Adeyemi", "change"),
    Colleague("tove.hansen", "Tove", "Hansen", "business"),
    Colleague("umar.siddiqui", "Umar", "Siddiqui", "business"),
    Colleague("vera.novak", "Vera", "Novak", "business"),
    Colleague("will.baker", "Will", "Baker", "business"),
    Colleague("xenia.georgiou", "Xenia", "Georgiou", "business", active=False),
)
"""About two dozen persons; the last one has left the company."""

PECULIAR = (
    Colleague("yara.silva", "Yara", "Silva", "business", hidden=True),
    Colleague("zoe.adler", "Zoe", "Adler", "business"),
    Colleague("zoe.adler2", "Zoe", "Adler", "business", address="zoe.adler", only="jira"),
    Colleague("pat.kim", "Pat", "Kim", "business"),
    Colleague("pat.kim.old", "Pat", "Kim", "business", address="pat.kim", only="servicenow"),
    Colleague("desk.only", "Dana", "Only", "business", only="servicenow"),
)
"""People who are not easily matched: a hidden e-mail, two accounts on either side, one that the
other side does not know. Nobody in :data:`COLLEAGUES` depends on them."""

TANDEM = Colleague(INTEGRATION, "Tandem", "Integration", "integration")
"""The account that the product works with on both sides."""


def of_team(*teams: str) -> tuple[Colleague, ...]:
    """The active persons of these teams."""
    return tuple(person for person in COLLEAGUES if person.team in teams and person.active)
