# ruff: noqa: E501 - a template is a line
"""What goes wrong at the planted company, and how people tell it.

A line is a template: ``{a|b}`` chooses, ``#`` is a number, ``@host``, ``@mail`` and ``@time`` are
what callers paste. The stories of ``TUNING`` may be looked at while thresholds are chosen; those of
``JUDGING`` are other troubles in other words, kept for the judgement alone.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """One failure of one item."""

    item: str
    service: str
    category: str
    templates: tuple[str, ...]


def _stories(text: str) -> tuple[Story, ...]:
    found = []
    for part in text.strip().split("\n\n"):
        head, *lines = part.splitlines()
        item, service, category = head.split(" / ")
        found.append(Story(item, service, category, tuple(line.strip() for line in lines)))
    return tuple(found)


TUNING = _stories("""
vpn-gw-01 / Remote Access / network
  {VPN|VPN connection|AnyConnect|VPN tunnel} {drops|disconnects|keeps dropping|cuts out} {every few minutes|all the time|again and again|since this morning}
  {Disconnected|Thrown out} from {the VPN|VPN} {during calls|# times today|while working from home}
  {Remote access|Home office}: VPN {session|connection} {lost|drops|breaks} {constantly|after # minutes}
  VPN {bricht ständig ab|Verbindung bricht immer wieder ab|Abbrüche im Homeoffice}
  Tunnel to the office {is lost|breaks} {during video calls|every # minutes}

vpn-gw-01 / Remote Access / network
  {VPN certificate|Certificate of the VPN} {expired|is no longer valid|has run out}
  {Cannot connect|No connection} to VPN: certificate {error|warning|not trusted}
  Certificate {expired|invalid} when starting {AnyConnect|the VPN client} on @host
  VPN Zertifikat {abgelaufen|ungültig}

checkout-api / Online Shop / software
  {Customers|Clients|Buyers} cannot {pay|complete payment} {with credit card|by card|in the shop}
  {Checkout|Payment page} {hangs|times out|is stuck} {at the last step|after # seconds|when paying}
  {Payment|Paying} {fails|times out|does not go through}, {order is lost|cart is empty|error #}
  Shop: # after pressing 'Buy now' {at checkout|in payment|}
  Bezahlung im Shop {bricht ab|hängt|geht nicht}, Kunden beschweren sich

checkout-api / Online Shop / software
  {Voucher|Coupon|Discount code} {is not accepted|rejected|does not work} at checkout
  {Discount|Coupon} {not deducted|missing|not applied} {from the total|on order #}
  {Gutschein|Rabattcode} wird {nicht angenommen|abgelehnt}
  Customers complain: {voucher|coupon} code {invalid|not recognised}

erp-db-01 / ERP / database
  ERP {very slow|extremely slow|sluggish} {in the afternoon|since @time|again|at month end}
  {Booking|Posting|Saving} an invoice {takes minutes|takes forever|is slow} in ERP
  ERP {antwortet sehr langsam|ist wieder langsam|Performance sehr schlecht}
  Slow {response|performance} of the {ERP|finance client} {today|this afternoon|for everybody}
  {Finance client|ERP client} {lags|slow} when {saving|booking}

erp-db-01 / ERP / database
  Report '{open items|balance list|cost centres}' {does not finish|never ends|runs for hours}
  {Month-end|Monthly} report {aborted|hangs|cancelled} {after # minutes|with ORA-#|}
  Bericht {offene Posten|Monatsabschluss} {läuft nicht durch|wird nicht fertig}
  {Cannot run|No result from} the {month-end|open items} report

erp-app-01 / ERP / software
  {Purchase order|PO} # {stuck|hangs} in approval {workflow|for days|}
  {Approval|Release} of {purchase orders|PO #} {not possible|does not continue|stuck}
  Bestellung # {hängt in der Freigabe|kann nicht freigegeben werden}
  {Manager|Boss} {gets no|did not get the} approval {mail|task} for purchase order #

mail-relay-02 / E-mail / network
  {E-mails|Mails|Messages} to {customers|partners|external people} {arrive hours late|delayed|are late}
  {Outgoing|External} mail {is stuck|delayed|hangs in the queue}
  {Mail delivery|Delivery of e-mails} {delayed|very slow}, external only
  {Mails|E-Mails} an Kunden {kommen verspätet an|verzögert|kommen stundenlang nicht an}
  Customer says {our invoice mail|the quote by mail} arrived {# hours late|a day late}

mail-relay-02 / E-mail / network
  {Mails|E-mails} from {newsletter|customers|partners} {land in junk|go to spam|marked as spam}
  {Spam|Junk} folder {catches|swallows} {normal|real|wanted} {mails|messages}
  {Spam filter|Junk filter} {too strict|blocks wanted mails|wrong}
  {Kundenmails|E-Mails} {landen im Spam|im Junk Ordner}

mail-store-01 / E-mail / software
  {Shared calendar|Team calendar|Calendar} {shows wrong zone|times shifted by one hour|is one hour off}
  {Meetings|Appointments} {one hour off|at the wrong time|shifted} in {the calendar|Outlook calendar}
  Kalender {zeigt Termine eine Stunde verschoben|falsche Zeitzone}
  {Time zone|Zone} of {meetings|calendar entries} is wrong

mail-store-01 / E-mail / software
  Outlook {asks for password|wants the password|prompts for credentials} {again and again|every # minutes|all day}
  {Password prompt|Credential prompt|Login window} in Outlook {keeps coming|pops up constantly|does not go away}
  Outlook {fragt ständig nach dem Kennwort|will immer wieder das Passwort}
  Outlook does not {remember|keep} my password

sso-idp / Identity / software
  {Login|Sign-in} page {comes back|returns|reloads} {again and again|after password|in a loop}
  {Redirect loop|Endless redirect|Login loop} {after password|at sign-in|on the portal}
  {SSO|Single sign-on} {loops|redirects forever|error 'invalid state'}
  Anmeldung {dreht sich im Kreis|leitet endlos weiter}, {SSO|Portal}
  Cannot sign in, {page|login} redirects {endlessly|in a loop}

sso-idp / Identity / software
  {MFA|Authenticator|Second factor} {code|push|prompt} {does not arrive|never comes|not received}
  {No|Missing} {push|SMS code|code} for {MFA|second factor|two factor login}
  {MFA Code|SMS mit Code} {kommt nicht an|kommt nie}
  {Authenticator app|MFA app} {shows no request|gets no push} {on new phone|}

wms-print-01 / Warehouse / hardware
  {Labels|Shipping labels} are not {printed|coming out} at {gate #|ramp #|dock #}
  {Label printer|Warehouse printer} {does nothing|prints nothing|is stuck|stopped}
  No labels, {trucks are waiting|shipping stopped|nothing printed}
  Etiketten werden {nicht gedruckt|an Tor # nicht gedruckt}, {Etikettendrucker steht|}
  {Label printing|Printing of labels} {stopped|hangs|stopped again}

wms-print-01 / Warehouse / hardware
  {Barcode|Bar code} on labels {cannot be scanned|unreadable|is blurred}
  {Scanner|Handheld} {cannot read|does not recognise} {barcode|bar codes} {of new labels|from label #}
  Barcode {unlesbar|nicht lesbar} auf {Etikett|Etiketten}
  {Blurred|Smeared} print, barcode {not readable|unreadable}

wms-app-01 / Warehouse / software
  {Handheld|Scanner gun|Mobile terminal} {loses wifi|loses connection|offline} in {hall #|aisle #}
  {Handhelds|Scanners} {disconnect|lose network|drop out} {in hall #|while picking}
  {MDE Gerät|Handscanner} verliert {WLAN|Verbindung} in Halle #
  No {wifi|network} for handhelds {in the cold store|in hall #}

file-srv-03 / File Service / software
  {No access|Access denied|Permission denied} to {the finance share|share finance|drive F}
  {Finance drive|Finance share} {access denied|cannot be opened|not reachable for me}
  Need {access|rights|permission} {to|for} the finance {share|folder}
  Kein Zugriff auf {das Finanzlaufwerk|Laufwerk Finance}

file-srv-03 / File Service / software
  {Restore|Recover|Bring back} {a deleted|my deleted|lost} {folder|file} {please|from @time|}
  {Deleted|Removed} {folder|file|document} by {mistake|accident}, {please restore|restore from backup}
  {Gelöschten|Gelöschte} {Ordner|Datei} wiederherstellen
  {Folder|File} {gone|missing} from share, need {restore|backup}

laptop-pool / Workplace / hardware
  {Docking station|Dock} {does not detect|finds no|does not find} {monitors|external monitor|second screen}
  {External monitor|Second screen|Monitors} {black|not detected|no signal} {on dock|at docking station}
  {Dockingstation|Dock} {erkennt Monitor nicht|Bildschirm bleibt schwarz}
  No {picture|signal} on {screens|monitors} after docking {@host|}

laptop-pool / Workplace / hardware
  {Battery|Akku} of {laptop|notebook} @host {lasts # minutes|empty after # minutes|drains fast}
  {Laptop|Notebook} battery {swollen|bulged|drains quickly|does not charge}
  {Notebook Akku|Akku vom Laptop} {hält nicht|lädt nicht|ist aufgebläht}
  Battery {does not charge|not charging|dead} on @host

crm-app-02 / CRM / software
  {Customer search|Search for customers} {returns nothing|finds nothing|empty} in CRM
  CRM {search|lookup} {no results|shows no hits|without results} for {customer #|existing customers}
  {Cannot find|Unable to find} {customers|accounts} {in CRM|by name}
  {Kundensuche|Suche im CRM} {liefert nichts|ohne Treffer}

crm-app-02 / CRM / software
  {Export|Excel export|CSV export} {from CRM|of contacts} {fails|aborts|empty file} {with error #|}
  CRM: {exporting|export} {contacts|customer list} {to Excel|} {not possible|error #}
  {Export nach Excel|Excelexport} {bricht ab|geht nicht} im CRM
  {Excel|CSV} file from CRM export {is empty|is corrupt|cannot be opened}

tel-pbx-01 / Telephony / network
  {Calls|Phone calls} {drop|cut off|end} after {# minutes|# seconds}
  {Phone|Softphone} {hangs up|drops the call|disconnects} {after # minutes|in the middle of a call}
  {Telefonat|Gespräch} {bricht nach # Minuten ab|wird unterbrochen}
  {Hotline|Customer} calls {are cut|dropped|interrupted}

tel-pbx-01 / Telephony / network
  {Voicemail|Answering machine} {does not record|not working|greeting gone}
  {No|Missing} {voicemail|voice mail} {messages|notification} {since # days|}
  {Anrufbeantworter|Mailbox am Telefon} {nimmt nicht auf|geht nicht}
  Cannot {listen to|fetch} {voicemail|voice messages}

badge-ctl-01 / Facilities / hardware
  {Badge reader|Card reader} at {side door|gate #|door #} {dead|does not react|offline}
  {Door #|Side door} does not open with {badge|card}
  {Badge|Ausweis} {not read|wird nicht gelesen|not accepted} at {door #|the gate}
  {Ausweisleser|Kartenleser} {defekt|reagiert nicht|tot}, Tür #
""")

JUDGING = _stories("""
wifi-ctl-01 / Office Network / network
  {Wifi|WLAN|Wireless} {weak|very slow|unusable} {on floor #|in meeting room #|in building #}
  {Wireless|Wifi} signal {is poor|keeps dropping|too weak} {on the # floor|in room #}
  {WLAN im # Stock|WLAN} {extrem langsam|sehr schwach}
  {Bad|Slow} wifi {in meeting room #|on floor #|during meetings}
  {Internet|Network} over wifi {crawls|is terribly slow} {on floor #|}

wifi-ctl-01 / Office Network / network
  {Guest wifi|Guest network|Visitor wifi} {voucher|code|ticket} {invalid|not accepted|expired}
  {Visitors|Guests} cannot {log on to|use|join} the {guest wifi|guest network}
  {Gäste WLAN|Gastzugang} {Code ungültig|geht nicht}
  {Guest portal|Guest login} {page does not open|asks for code again}

core-sw-02 / Office Network / network
  {Network|LAN} {socket|port|outlet} {dead|without link|has no signal} {in room #|desk #}
  {No link|No connection} {on|at} {wall socket|network port|outlet} #
  {Netzwerkdose|LAN Dose} {tot|ohne Link|kein Signal} {Raum #|}
  {Desk #|Room #}: {LAN port|network socket} {not patched|does nothing}

payroll-app-01 / Payroll / software
  {Payslip|Pay slip|Payslips} {missing|not available|cannot be opened} {for March|in the portal|this month}
  {Cannot download|Unable to open} {my payslip|payslip pdf|pay slip}
  {Gehaltsabrechnung|Lohnzettel} {fehlt|nicht abrufbar|lässt sich nicht öffnen}
  {Portal|Self service} shows no {payslip|payslips} {since @time|for # months}

payroll-app-01 / Payroll / software
  {Vacation|Leave|Holiday} {balance|days} {wrong|incorrect|shows # days}
  {Remaining|Leftover} {vacation|holiday} days {not correct|are wrong|doubled}
  {Resturlaub|Urlaubskonto} {stimmt nicht|falsch|zeigt # Tage}
  {Leave|Vacation} {account|balance} {not updated|differs} after {approval|request #}

hr-portal-01 / HR / software
  {Time recording|Timesheet|Time sheet} {cannot be saved|not saved|save error #}
  {Saving|Submitting} the {timesheet|time sheet} {fails|ends in error #|throws an exception}
  {Zeiterfassung|Stundenzettel} {lässt sich nicht speichern|Fehler beim Speichern}
  {Hours|Working time} {lost|gone} after {saving|submit} in {timesheet|time recording}

travel-app-01 / Travel Expenses / software
  {Receipt|Receipts} {upload|photo} {fails|rejected|not possible} in {expenses|travel expenses|expense app}
  {Cannot attach|Unable to upload} {receipt|receipts|photo of receipt} to {expense report|trip #}
  {Beleg|Belege} {hochladen geht nicht|können nicht hochgeladen werden} {Reisekosten|}
  {Expense app|Expense report}: {upload of receipts|receipt scan} {hangs|aborts}

travel-app-01 / Travel Expenses / software
  {Exchange rate|Currency rate|Currency conversion} {wrong|outdated|missing} {for USD|for CHF|in expense #}
  {Expenses|Trip #} converted with {wrong|old} {exchange rate|currency rate}
  {Wechselkurs|Umrechnungskurs} {falsch|veraltet} in {Reisekosten|Abrechnung}
  {Rate|Conversion} of {foreign currency|US dollars} is {incorrect|outdated}

print-srv-02 / Printing / hardware
  {Follow-me|Secure} print {job|jobs} {disappear|are lost|do not come out} {at printer #|on floor #}
  {Print job|Printout|Document} {vanishes|lost|not released} after {badge login|release}
  {Druckauftrag|Druckaufträge} {verschwindet|kommen nicht raus|weg}
  {Nothing|No jobs} in {print queue|follow-me queue} after {printing|sending}

print-srv-02 / Printing / hardware
  {Paper jam|Paper stuck} {in printer #|on floor #|tray #} {again|}
  {Printer #|Copier} {jams|paper jam again|reports a jam}
  {Papierstau|Stau} {in Drucker #|Fach #|schon wieder}
  {Multifunction printer|Copier} {eats paper|crumples paper}, {jam in tray #|jammed}

print-srv-02 / Printing / hardware
  {Toner|Ink} {empty|low|needs replacement} {on printer #|floor #}
  {Please replace|Need new|Change} {toner|cartridge} {for printer #|room #}
  {Toner leer|Toner wechseln} {Drucker #|Etage #}
  Printer # {out of toner|says replace toner}

scan-srv-01 / Document Archive / software
  {Scanned|Scans of} {invoices|documents} {do not arrive|missing|not found} in {archive|the archive}
  {Archive|DMS} {missing|without} {scanned invoices|scans} {since @time|from yesterday}
  {Eingescannte Rechnungen|Scans} {fehlen im Archiv|kommen nicht an}
  {Scan to archive|Scanning to DMS} {lost documents|delivers nothing}

scan-srv-01 / Document Archive / software
  {Archive|DMS} {viewer|preview} {blank|white page|shows nothing} {for PDF #|for invoices}
  {Preview|Viewer} of {documents|PDF} {stays white|is empty|does not load} in {archive|DMS}
  {Vorschau|Anzeige} im Archiv {bleibt weiß|leer}
  {Cannot view|Unable to display} {documents|PDF} in {the archive|DMS}, {blank page|empty preview}

teams-01 / Collaboration / software
  {No sound|No audio|Cannot hear anybody} in {Teams|Teams meetings|Teams calls}
  {Microphone|Mic|Audio} {not working|muted|not detected} in Teams
  {Kein Ton|Mikrofon geht nicht} in {Teams|Besprechungen}
  Teams: {others cannot hear me|audio is gone|sound lost} {after update|on @host}

teams-01 / Collaboration / software
  Teams {crashes|closes itself|freezes} {when sharing the screen|during screen sharing}
  {Screen sharing|Sharing my screen} {crashes Teams|shows black screen|freezes}
  {Bildschirm teilen|Bildschirmfreigabe} {in Teams stürzt ab|schwarz|friert ein}
  {Presenting|Sharing screen} in Teams {impossible|not possible|hangs}

portal-web-01 / Customer Portal / software
  {Customers|Users} {cannot register|unable to register|registration fails} {on the portal|in customer portal}
  {Activation|Confirmation} {mail|link} {missing|never arrives|expired} after {registration|sign up}
  {Registrierung|Anmeldung neuer Kunden} {im Portal schlägt fehl|nicht möglich}
  {New accounts|Registration} {broken|fails} on {the portal|customer portal}: {error #|no mail}

portal-web-01 / Customer Portal / software
  {Invoice|Invoices} {download|pdf} {broken|# error|not possible} {in customer portal|on the portal}
  {Customers|Clients} cannot {download|get|open} their {invoices|invoice pdf} {on the portal|online}
  {Rechnung|Rechnungen} im Kundenportal {nicht herunterladbar|Download geht nicht}
  Portal: {invoice pdf|invoices} {empty|damaged|missing}

plm-cad-01 / Engineering / software
  {CAD|CAD client|CATIA} {licence|license} {not available|missing|no free seat}
  {No|Cannot get a} {licence|license} for {CAD|CATIA}, {all in use|server #|}
  {Keine Lizenz|Lizenz fehlt} für CAD {auf @host|}
  {License server|Licence server} {not reachable|denies} {CAD|CATIA} {seat|licence}

plm-cad-01 / Engineering / software
  {Drawing|Drawings|Model #} {locked|checked out} by {somebody else|a colleague|user who left}
  {Cannot check in|Check-in fails for} {drawing|assembly} #
  {Zeichnung|Baugruppe} # {gesperrt|lässt sich nicht einchecken}
  {Release lock|Unlock} {drawing|model} # {please|}

mes-line-03 / Production / software
  {Line #|Production line} {terminal|panel} {frozen|does not respond|hangs} {after shift change|}
  {Shop floor|Line} {terminal|panel} {frozen|black|needs reboot} {at line #|station #}
  {Linie #|Terminal an Linie #} {eingefroren|reagiert nicht}
  {Operators|Workers} cannot {book|report} {parts|pieces}: terminal {frozen|hangs}

mes-line-03 / Production / software
  {Counter|Piece count|Quantity} {wrong|differs|too high} {at line #|on order #}
  {Produced quantity|Piece counter} {not correct|doubled|wrong} {in MES|for order #}
  {Stückzahl|Zähler} {falsch|stimmt nicht} {Linie #|Auftrag #}
  MES {counts twice|shows wrong quantity} {for order #|}

backup-01 / Infrastructure / software
  {Nightly backup|Backup job #|Backup} {failed|aborted|incomplete} {on @host|with code #}
  {Backup|Nightly backup} of {file servers|@host} {failed|not finished} {again|}
  {Sicherung|Backup} {fehlgeschlagen|abgebrochen} {auf @host|}
  {Job #|Nightly job}: backup {error #|failure|missing}

backup-01 / Infrastructure / software
  {Tape|Tape library|Backup tape} {full|drive error|stuck}
  {Change|Replace|Eject} tape {# in library|please|in drive #}
  {Band|Bandlaufwerk} {voll|klemmt|wechseln}
  Tape drive # {offline|cleaning needed|does not eject}

citrix-01 / Virtual Desktop / software
  {Citrix|Virtual desktop|VDI} {session|desktop} {freezes|frozen|hangs} {several times a day|since @time|}
  {Virtual desktop|Citrix desktop} {stuck|freezes} {when opening Excel|after lunch}
  {Citrix Sitzung|Virtueller Desktop} {friert ein|hängt ständig}
  {Screen|Everything} {freezes|frozen} in Citrix {every # minutes|again}

citrix-01 / Virtual Desktop / software
  {Profile|Desktop icons|Settings} {reset|lost|gone} after {login|every logon} to {Citrix|virtual desktop}
  {Citrix|VDI} {profile|user profile} {not loaded|temporary|corrupt}
  {Benutzerprofil|Profil} in Citrix {wird nicht geladen|zurückgesetzt}
  {Temporary profile|Lost settings} {at logon|on virtual desktop}

mdm-01 / Mobile Devices / inquiry
  {iPhone|Company phone|Mobile phone} {not synchronising|does not sync|sync stopped} {mail|calendar|mails}
  {Mail|Calendar} on {iPhone|mobile|company phone} {not updated|does not sync|old}
  {iPhone|Diensthandy} synchronisiert {keine Mails|nicht mehr}
  {Sync|Synchronisation} of {phone|iPhone} {broken|stopped|hangs}
""")

NOISE_ITEMS = (
    ("laptop-pool", "Workplace", "hardware"),
    ("desk-pool", "Workplace", "inquiry"),
    ("room-ctl-01", "Facilities", "hardware"),
    ("git-01", "Engineering", "software"),
    ("wiki-01", "Collaboration", "software"),
    ("web-cms-01", "Website", "software"),
    ("bi-01", "Reporting", "database"),
    ("san-01", "Infrastructure", "hardware"),
    ("fw-01", "Infrastructure", "network"),
    ("lab-01", "Engineering", "hardware"),
)
"""Where else things happen."""

SUBJECTS = tuple(
    """Headset|Webcam|Keyboard|Mouse|Projector in room #|Coffee machine display|Parking permit
Browser plugin|Desktop wallpaper|Company directory|Org chart|Training course|Signature template
Phone book|Conference bridge|Room booking|Lift display|Heating in room #|Power supply|USB stick
Excel macro|Word template|PowerPoint add-in|Translation tool|Password manager|Survey tool
Bookmark list|Intranet news|Cafeteria menu|Supplier portal|Customs form|Contract database
Price list|Stock take|Forklift tablet|Temperature sensor|Camera at gate #|Intercom|Alarm panel
Data cable|Rack key|Test server @host|Build job #|Code review|Wiki page|Dashboard|Data warehouse load
Address import|Newsletter|Cookie banner|Landing page|Firewall rule #|Proxy exception|DNS entry @host
Storage volume|Fan in @host|Oscilloscope|Measuring PC @host|3D printer filament|Whiteboard
Fax number|Franking machine|Shredder|Visitor badge|Lunch account|Bike rack|First aid list""".replace(
        "\n", "|"
    ).split("|")
)
SYMPTOMS = tuple(
    """does not work|not working since @time|broken|shows error #|is very slow|is missing
question about it|needs an update|cannot be opened|geht nicht|ist langsam|Fehler #|please check
is wrong|disappeared|access needed|blinks red|makes noise|no signal|still not fixed|who is in charge
freezes|crashes|cannot log in|not found|is empty|is locked|expired|stuck|lost connection
for a new colleague|please replace|please install|has to be moved|no funciona|ne marche pas
does not respond to @mail|fails with code #|bricht ab|zeigt nichts an|fehlt""".replace(
        "\n", "|"
    ).split("|")
)
