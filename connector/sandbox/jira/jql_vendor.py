"""Names that the real query language knows and the sandbox does not model."""

from __future__ import annotations

_FIELDS = """
    affectedversion approvals attachments category comment creator development environment filter
    hierarchylevel issuelink lastviewed level organizations originalestimate
    remainingestimate request resolutiondate resolved savedfilter sprint statuscategorychangeddate
    team timeestimate timespent voter votes watcher watchers worklogauthor worklogcomment
    worklogdate workratio
"""
_FUNCTIONS = """
    approved approver cascadeoption childissuesof closedsprints componentsleadbyuser currentlogin
    currentuser earliestunreleasedversion endofday endofmonth endofweek endofyear futuresprints
    issuehistory issueswithremotelinksbyglobalid lastlogin latestreleasedversion linkedissue
    linkedissues membersof now opensprints organizationmembers parentepic projectsleadbyuser
    projectswhereuserhaspermission projectswhereuserhasrole releasedversions standardissuetypes
    startofday startofmonth startofweek startofyear subtaskissuetypes unreleasedversions updatedby
    votedissues watchedissues
"""

VENDOR_FIELDS = frozenset(_FIELDS.split())
VENDOR_FUNCTIONS = frozenset(_FUNCTIONS.split())
