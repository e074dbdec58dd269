"""Words that callers use for one thing, in English and German, and words that say nothing.

A general list of what people say at a service desk, without a company's own terms. One line is one
sense, named by its first word; forms of a word (plural, tense) that do not stand here are found by
:func:`sync.insight.wording.stem`. A word belongs here only if it means the same in almost every
ticket: two senses in one line join what is two.
"""

from __future__ import annotations

_STOP = """a about after again all almost already also always am an and another any anymore anybody
    are around as at back be because been before being both but by can cannot cant come comes
    coming could couldnt day days did do does doesnt dont during each either else etc ever every
    everybody everyone everything few for from get gets getting go goes going gone had has have
    having he hello her here hi him his hour hours how i if im in into is isnt it its just keep
    keeps last like lot many may me minute minutes month months more most much must my need needs
    no nobody none not nothing now of off often on once one only or other our out over per please
    problem problems question re regarding same second seconds several she should since so some
    somebody someone still such than thank thanks that the their them then there these they thing
    this those through time times to today tomorrow too try trying two under until up urgent us
    very want was we week weeks were what when where which while who whole why will with within
    without wont would year years yes yesterday yet you your fw fwd asap kindly dear team ticket
    incident issue user users caller several morning afternoon evening noon night
    ab aber alle alles als also am an auch auf aus bei beim bin bis bitte da dann das dass dem den
    der des die dies diese dieser doch dort dringend du durch ein eine einem einen einer eines er
    es etwas euch fuer gegen gerade gibt guten habe haben hallo hat heute hier hilfe hilfe ich ihr
    im immer in ins ist ja jede jeder jetzt kann keine kein keinen koennen kommt kommen man mehr
    mein meine meinem meinen meiner mich mir mit moin nach nicht nichts noch nur ob oder ohne schon
    sehr seit sich sie sind so staendig tag tage um und uns unser vom von vor war warum was wenn
    wer werden wie wieder wir wird wo zu zum zur zwei danke gruss mfg uhr gestern frage stundenlang
    merci bonjour pas ne le la les por favor no el los gracias hola
    help working work works worked funktioniert funktionieren geht gehen laeuft"""
STOP = frozenset(_STOP.split())
"""Words that any ticket may hold: grammar, greetings, times, and "does not work" as such."""

SENSES = """
slow slowly slowness sluggish lag lags laggy crawl langsam traege lahm performance
crash crashes abstuerzen absturz stuerzt
freeze freezes frozen hang hangs hung stuck einfrieren eingefroren friert haengt haengen
disconnect disconnects drop dropped drops abbruch abbrechen bricht abgebrochen cut unterbrochen
connect connection connected verbindung verbinden verbunden
error errors fehler fehlermeldung exception
fail fails failed failure failing fehlgeschlagen schlaegt fehl broken defekt kaputt dead tot
empty leer blank
missing miss lost vanished disappear disappeared fehlt fehlen verschwunden verloren weg
wrong incorrect falsch stimmt correct
delay delayed late verspaetet verzoegert verspaetung
expire expired abgelaufen ablauf outdated veraltet
invalid ungueltig rejected reject abgelehnt refused denied
block blocked gesperrt sperre locked lock sperren
unlock entsperren freischalten
delete deleted deletion remove removed geloescht loeschen
restore recover recovery wiederherstellen wiederherstellung
save saves saved saving speichern gespeichert
print prints printed printing printer printers printout drucken druckt gedruckt drucker
paper papier
label labels etikett etiketten aufkleber
voucher vouchers coupon coupons gutschein gutscheine discount rabatt
badge badges ausweis ausweise
barcode strichcode
gate gates tor
jam jams jammed stau
scan scans scanned scanner scannen eingescannt
replace replacement exchange change austauschen wechseln ersetzen tauschen
install installation installed installieren
access permission permissions rights zugriff zugang berechtigung berechtigungen rechte
share folder folders drive ordner laufwerk verzeichnis directory
file files document documents datei dateien dokument dokumente
login logon signin sign log logged anmeldung anmelden einloggen
password passwords passwort kennwort pwd credential credentials
account accounts konto benutzerkonto
mail mails email emails message messages nachricht nachrichten
mailbox postfach
spam junk
calendar kalender
meeting meetings appointment appointments termin termine besprechung besprechungen
call calls phone telephone telefon telefonat gespraech anruf anrufe
voicemail anrufbeantworter answering
sso signon
mobile handy smartphone iphone
network netzwerk netz lan
wifi wlan wireless
cable kabel socket dose
screen monitor monitors bildschirm
dock docking dockingstation
battery akku batterie
laptop notebook
keyboard tastatur
mouse maus
sound audio ton microphone mikrofon mic
report reports bericht berichte auswertung
order orders bestellung bestellungen auftrag
invoice invoices bill rechnung rechnungen
customer customers kunde kunden
pay payment payments paying bezahlung bezahlen zahlung
approve approval approvals freigabe genehmigung genehmigen
search lookup suche suchen
export exporting exportieren
import importing importieren
upload uploading attach hochladen
download downloading herunterladen
sync syncing synchronise synchronising synchronize synchronisation synchronisiert
update updated updating aktualisieren aktualisierung
backup backups sicherung
certificate certificates cert zertifikat
licence license licences licenses lizenz lizenzen
database db datenbank
registration register registrierung registrieren signup
website webseite homepage
picture image photo bild foto
browser chrome firefox edge
settings setting einstellungen profile profil
reboot restart neustart neustarten
shop store webshop onlineshop
time zone timezone zeitzone
door doors tuer
find finds found finden findet gefunden
show shows shown display displays zeigt zeigen anzeigen anzeige angezeigt
open opens opened oeffnen oeffnet geoeffnet offen offene
start starts started launch starten startet gestartet
stop stops stopped stoppt gestoppt angehalten
finish finishes finished complete completed fertig beendet abgeschlossen
run runs running lauf
send sends sent senden sendet gesendet verschicken
receive receives received arrive arrives arrived empfangen ankommen erhalten bekommen
read reads readable lesen lesbar gelesen
write schreiben
create creates created anlegen erstellen erstellt
book booking buchen buchung gebucht
detect detects detected recognise recognises recognised recognize erkennt erkennen erkannt
respond responds response react reacts reagiert antwortet antwort reagieren
return returns returned liefert zurueck
load loads loaded loading geladen laden laedt
accept accepts accepted angenommen akzeptiert annehmen
redirect redirects forward forwards leitet umleiten umgeleitet weitergeleitet weiterleitung
loop loops endless endlessly endlos schleife kreis
prompt prompts asks ask fragt
remember speichert merkt
charge charges charging aufladen
full voll
high hoch hohe
low niedrig
new neu neue neuen neuer
old alt alte alten
black schwarz
white weiss
blurred blurry unscharf verschwommen
unreadable unlesbar
duplicate doubled double twice doppelt
weak schwach poor
loud laut noise geraeusch
room raum zimmer
floor etage stockwerk
hall halle
building gebaeude
table tabelle
page seite seiten
form formular
name namen
number nummer
address adresse
code codes
list liste
user benutzer nutzer anwender
employee employees mitarbeiter kollege kollegen colleague colleagues
manager chef vorgesetzter
group gruppe
server servers rechner
device geraet geraete
preview vorschau
archive archiv archivierung
reset zuruecksetzen zurueckgesetzt
transfer uebertragung uebertragen
attachment anhang anhaenge
supplier suppliers lieferant lieferanten
delivery lieferung zustellung
price prices preis preise
item items artikel posten
stock bestand lager warehouse
date datum
hour stunde stunden
monthly monatlich monatsabschluss monthend
complain complaint complains beschweren beschwerde beschwert
deactivate deactivated disabled deaktiviert
temporary temporaer
"""
"""One sense a line."""
