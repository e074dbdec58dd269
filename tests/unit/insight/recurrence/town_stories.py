"""A town hall's ninety days, for tuning: every incident in words of its own.

The form is that of :mod:`tests.unit.insight.recurrence.told`.
"""

from __future__ import annotations

TOWN = """
cash-desk / Citizen Office / hardware / Desk South
  > Terminal update rolled back
  > Old terminal software installed again
  > Provider update rolled back on this terminal
  Card terminal at counter 3 declines every card
  EC terminal says declined, citizens have to pay cash
  Payment by card not possible at the counter
  Kartenzahlung am Schalter geht nicht
  Terminal declines cards since software update
  Citizens cannot pay by card at counter 1

id-scan / Citizen Office / hardware / Desk South
  > USB driver of fingerprint reader installed again
  > Driver lost after Windows update, installed
  > Treiber neu installiert
  Fingerprint scanner for passports not recognised
  Passport: fingerprint cannot be taken
  Fingerprint reader shows red light, citizen sent home
  Fingerabdruckleser wird nicht erkannt
  Finger scan fails three times, then error
  No fingerprints for ID cards at desk 2 | desk

queue-sys / Citizen Office / software / Web Team
  > Restarted queue server task
  > Queue task hung, started again
  > Task auf dem Aufrufserver neu gestartet
  Queue display does not show the next number
  Waiting numbers are not called up
  Call system stuck at number 41
  Wartenummer wird nicht aufgerufen
  Display in waiting room stays on old number
  Number call does nothing when pressing next

plan-gis / Planning / software / Specialist Applications
  > Database view of parcels was locked by nightly import
  > Import had locked the view, released
  > View released
  Map layer with parcels does not load
  GIS: parcels missing on the map
  Flurstücke werden in der Karte nicht angezeigt
  Map stays white when switching parcels on
  Parcel layer empty since Monday
  Map opens without parcel borders | no item

tax-app / Finance / software / Specialist Applications
  > Rate table of the year not imported, notice made again
  > Rate table imported
  > Satztabelle nachgeladen
  Dog tax notices have the wrong amount
  Tax notice shows last year's rate
  Amount on dog tax bill is wrong
  Hundesteuerbescheid mit falschem Betrag
  Wrong rate printed on tax notices
  Citizen complains about amount in notice

council-app / Council / software / Web Team
  > App certificate for documents expired, user installed profile again
  > Profile with new certificate installed
  > Installed profile again
  Councillors cannot open the agenda on tablets
  Agenda PDF does not open on the iPad
  Meeting papers not loading in council app
  Tagesordnung lässt sich auf dem Tablet nicht öffnen
  Agenda for Thursday cannot be opened by members
  iPad: council papers stay blank

proxy-01 / Internet / network / Network
  > Proxy disk full of logs, cleaned
  > Logs deleted on proxy
  > Log rotation off, disk full
  Internet very slow in the town hall
  Websites take a minute to load
  Browsing is slow in the whole building
  Internet langsam, Seiten laden ewig
  Slow web pages on floor 2 since morning | desk
  Web access crawling again

scan-mfp / Printing / hardware / Printing
  > Mail account of copier locked, unlocked
  > Relay account locked
  > Unlocked the copier account
  Scan to mail does not arrive
  Scanned documents never reach my mailbox
  Scan an E-Mail kommt nicht an
  Copier scans, but no mail comes
  Scanning to e-mail fails on floor 1
  No mail from scanner

sign-srv / Documents / software / Specialist Applications
  > Card middleware restarted
  > Middleware had to be restarted
  > Middleware neu gestartet
  Electronic signature card not accepted
  Cannot sign PDF, card PIN refused
  Signature fails with card error
  Signaturkarte wird nicht akzeptiert
  Signing of documents impossible: card not read
  PIN of signature card wrong although correct

school-wifi / Schools / network / Network
  > Radius server did not know new devices, list imported
  > Radius list imported
  > Device list missing in radius
  Pupils' tablets do not get into the wifi
  Classroom WLAN: no connection for tablets
  Tablets cannot connect in school
  Schüler-Tablets kommen nicht ins WLAN
  Wifi refuses tablets in room 12
  School tablets offline, teacher called | desk

field-app / Public Order / software / Web Team
  > Sync token expired, entries fetched from device log
  > Expired token, entries saved from log
  > Entries restored from device log, token renewed
  Parking ticket app loses entries
  Tickets entered on phone are gone
  Recorded parking offence disappeared after sync
  Erfasste Strafzettel verschwinden in der App
  Entry missing after upload from field app
  App lost five parking tickets today

door-sys / Buildings / hardware / Facilities
  > Bolt motor replaced
  > Motor of the bolt weak
  > Weak motor adjusted, part ordered
  Main entrance door does not lock at night
  Door lock stays open after 8 pm
  Entrance not locked in the morning when I came
  Haupteingang verriegelt nicht
  Electronic lock at main door fails to close
"""

TOWN_NOISE = """
cash-desk / Citizen Office / hardware / Desk South
  Receipt paper empty at counter 2
  Cash drawer key lost
  Terminal needs new SIM
  Counter 3 chair broken
  Daily closing differs by 10 euro

id-scan / Citizen Office / hardware / Desk South
  Passport photo machine out of paper
  Scanner glass dirty
  New ID form missing in the list
  Keyboard at desk 2 sticks
  Clerk needs certificate for passports | desk

queue-sys / Citizen Office / software / Web Team
  Booking of appointments on website down
  Change opening text on display
  Loudspeaker too quiet in waiting room
  Number printer out of paper
  Appointment double booked

plan-gis / Planning / software / Specialist Applications
  Plotter prints in wrong scale
  New layer for bike lanes wanted
  GIS licence expired
  Export of map to PDF cut off
  Aerial picture is old

tax-app / Finance / software / Specialist Applications
  New clerk needs tax account
  Reminder run aborted
  Trade tax: cannot save the case
  IBAN field too short
  Question about deferral
  Report of arrears slow

council-app / Council / software / Web Team
  Councillor forgot password
  Add new member to the committee
  Vote result wrong in minutes
  Microphone in the hall dead
  Calendar shows meeting twice

proxy-01 / Internet / network / Network
  Website of supplier blocked
  Certificate warning on bank page
  Video conference without sound
  Download of large file aborted
  Allow access to YouTube for training

scan-mfp / Printing / hardware / Printing
  Toner empty on floor 1
  Copier jams in tray 2
  Stapler of the copier broken
  Colour printing not allowed for me
  Scan to folder for new department

sign-srv / Documents / software / Specialist Applications
  Order new signature card
  Archive search finds nothing
  PDF printer missing
  Document locked by colleague
  Template with old letterhead

school-wifi / Schools / network / Network
  Projector in room 12 has no picture
  Teacher laptop stolen
  Interactive board pen lost
  School printer offline
  App wanted on all tablets

field-app / Public Order / software / Web Team
  Phone display cracked
  Ticket printer battery empty
  Street name missing in app
  Photo too dark in the app
  New colleague needs the app

door-sys / Buildings / hardware / Facilities
  Lost my door chip
  Lift stuck on floor 3
  Heating too cold
  Side door squeaks
  Give cleaner access to floor 4

library-pay / Library / hardware / Desk South
  Card terminal declines cards
  Terminal prints no receipt

museum-map / Museum / software / Web Team
  Map does not load on the guide
  Tablet not in wifi

depot-door / Depot / hardware / Facilities
  Gate does not lock
  Door lock frozen
"""
