"""A hospital's ninety days that nothing was tuned on, for judgement alone.

Written before the present method was, and graded as a whole: whoever works on the method looks at
the two figures, never at single errors, and writes another set once he has. The form is that of
:mod:`tests.unit.insight.recurrence.told`.
"""

from __future__ import annotations

HOSPITAL = """
pacs-web / Radiology / software / Clinical Applications
  > Image cache service hung, restarted it
  > Cache on the PACS web node was full, cleared
  > Bildcache neu gestartet
  > Restarted image cache, images are back
  CT images do not load in the PACS viewer
  PACS: study opens but the images stay grey
  X-ray pictures missing in viewer, patient is waiting
  Radiology viewer shows no images since the update
  Bilder im PACS werden nicht angezeigt
  Images from this morning's CT never appear in PACS | desk

lab-link / Laboratory / software / Clinical Applications
  > HL7 queue was blocked by one message, removed it
  > Message stuck in HL7 queue
  > Interface engine: HL7 queue cleaned, results delivered
  > Nachricht in HL7 Queue hing
  Lab results are not transmitted to ward 5
  Blood results missing in the patient file
  Results from the laboratory do not arrive on the ward | on P1
  Laborwerte kommen nicht auf Station an
  No lab values in the chart since 6 am
  Ward 3 waits for lab results, interface stuck? | on P1
  Lab: results not visible in chart, called twice | no item

rx-cabinet / Pharmacy / hardware / Medical Devices
  > Cleaned drawer rail and replaced the spring
  > Spring of the drawer broken, exchanged
  > Rail greased, spring new
  Medication cabinet drawer does not open
  Drawer 4 of the dispensing cabinet is jammed
  Cabinet refuses to open drawer, nurse had to use the key
  Drawer jams on medication cabinet ward 2
  Medikamentenschrank: Schublade klemmt

ward-wifi / Network / network / Network
  > Access points roam badly since controller firmware, user told to wait
  > Controller firmware bug, roaming
  > Roaming problem of the new firmware, known
  Tablet loses wifi during rounds
  WLAN on ward 7 drops every few minutes
  Wifi on the wards keeps disconnecting
  No wireless on rounds, tablet offline again | desk
  Mobile carts lose connection to wifi in the corridor
  WLAN bricht auf Station ab
  Visite: tablets disconnect from WLAN | no item

badge-sso / Identity / software / Identity
  > Restarted tap agent service on the PC
  > Tap agent not running after patch, started
  > Agent Dienst neu gestartet
  Tap login with badge not working on ward PC
  Badge tap does nothing, have to type password
  Card reader login fails at nurse station
  Badge login: card not recognised
  Mitarbeiterausweis wird beim Login nicht erkannt
  Tap and go login with card broken after patch

dictation / Documentation / software / Clinical Applications
  > Set the silence timeout in profile higher
  > Timeout for silence too short, changed
  > Profile: silence timeout corrected
  Dictation stops recording after a few seconds
  Speech recognition cuts off mid sentence
  Dictation microphone stops in the middle of a report | desk
  Diktat bricht nach wenigen Sekunden ab
  Doctors report dictation aborting while recording
  Recording of dictation ends by itself

wristband-prn / Admission / hardware / Printing
  > Print head worn, replaced
  > New print head
  > Druckkopf getauscht
  Wristband printer prints blank bands
  Patient wristbands come out empty
  Blank wristbands in emergency admission
  Armband drucker druckt leere Armbänder
  Wristband: no text printed, band is white
  Printing of patient wristbands faded and then blank | no item

bed-board / Bed Management / software / Clinical Applications
  > ADT discharge messages came late, rerun of ADT job
  > Rerun of the ADT job
  > ADT job did not run
  Bed board shows discharged patients as present
  Discharged patient still on the bed board
  Bed occupancy wrong, patients who left are still listed
  Bettenübersicht zeigt entlassene Patienten
  Bed board not updated after discharge | on P2
  Free beds not shown although patient was discharged | on P2

roster / Workforce / software / Business Applications
  > Rule set of night shifts has two entries, one deleted
  > Double entry in night shift rule removed
  > Night rule duplicate deleted, published
  Duty roster cannot be published
  Publishing next month's roster ends with an error
  Roster publish button spins for ever
  Dienstplan lässt sich nicht veröffentlichen
  Error when publishing the duty roster for ward 9 | desk
  Roster for October not publishable

sterile-track / Sterile Supply / software / Business Applications
  > Master data of sets imported twice, corrected this tray
  > Set master data corrected
  > Double set in master data
  Tray scan in sterile supply shows wrong set name
  Scanned tray gets the wrong name
  Sterile supply: scanning a tray brings up another set
  Falscher Siebname beim Scannen
  Instrument tray scanned, system shows a different tray

fax-gw / Communication / network / Network
  > SIP trunk of the fax server refuses T.38, switched to fallback
  > Trunk T.38 fallback
  > Provider trunk does not answer T.38
  Faxes to general practitioners fail
  Discharge letter by fax not delivered to GP
  Outgoing fax fails with busy
  Fax an Hausarzt geht nicht raus
  Fax server: letters to practices are not sent | desk
  Fax transmission fails for all outside numbers
  GP did not receive faxed letter

payslip / Workforce / inquiry / Service Desk
  > PDF was created without font, produced again
  > Payroll created PDF again
  > Font missing in payroll export, PDF made new
  Cannot open payslip PDF in the portal
  Payslip does not open
  Where is my payslip, PDF is an empty page
  Gehaltsabrechnung im Portal lässt sich nicht öffnen
  Payslip download gives a broken PDF
  Staff portal: payslip file cannot be opened | no item

infusion-srv / Medical Devices / hardware / Medical Devices
  > Server certificate ran out, imported new one on the pump
  > New certificate on pumps
  > Zertifikat auf Pumpe erneuert
  Infusion pumps lose contact with the server
  Pump library update does not reach pumps
  Infusion pump shows 'server not found'
  Pumps offline in the pump server dashboard
  Infusionspumpen ohne Verbindung zum Server
  Several infusion pumps not connected to server on ICU

theatre-cam / Theatre / hardware / Audiovisual
  > Encoder overheated, restarted
  > Encoder rebooted, fan is loud
  > Encoder zu heiss
  Theatre 2 camera picture freezes during operation
  Camera image in operating room hangs
  OR video freezes, surgeon complains
  Live picture from theatre camera stuck
  Kamerabild im OP friert ein
  Frozen video in theatre 4, had to restart camera

appt-sms / Outpatients / software / Business Applications
  > SMS provider refused sender id, job started again
  > Sender id not registered at SMS provider
  > Job restarted after provider refused the sender
  Patients get no SMS reminder for appointments
  Appointment reminders by text message not sent
  SMS reminder missing, patient did not come
  Terminerinnerung per SMS kommt nicht
  No reminder texts went out yesterday
  Reminder SMS for outpatients arrive after the appointment | no item
"""

HOSPITAL_NOISE = """
pacs-web / Radiology / software / Clinical Applications
  Measuring tool gone in PACS viewer
  Radiology needs a second monitor
  Export study to CD for transfer
  PACS password expired
  Hanging protocol for mammography wrong
  New radiologist needs PACS account | desk

lab-link / Laboratory / software / Clinical Applications
  Lab label printer out of paper
  Add new test code to lab catalogue
  Lab order form shows the wrong department
  Centrifuge alarm
  Wrong patient name on lab order

rx-cabinet / Pharmacy / hardware / Medical Devices
  Fridge temperature alarm in pharmacy
  Cabinet screen dark
  Stock count of morphine differs
  Add nurse to cabinet users
  Pharmacy scanner battery weak

ward-wifi / Network / network / Network
  Guest wifi voucher for visitor
  New network socket in room 214
  Wifi password for doctor's own phone
  Phone on ward 7 has no dial tone
  Ward 7 PC slow

badge-sso / Identity / software / Identity
  Lost my badge
  Reset my password please
  Name change after marriage
  Badge does not open the car park
  Account locked after holiday

dictation / Documentation / software / Clinical Applications
  Need a new dictation microphone
  Template for discharge letter missing the logo
  Dictation licence for Dr. Weber
  Speech profile of new doctor to be trained
  Word cannot save the letter

wristband-prn / Admission / hardware / Printing
  Wristband printer out of ribbon
  Admission PC does not start
  Insurance card reader in admission dead
  Toner for admission printer
  Wristband printer makes noise

bed-board / Bed Management / software / Clinical Applications
  Colours of bed board hard to read
  Add ward 12 to bed board
  Bed board screen at reception black
  Report of bed occupancy for last year
  Bed board access for cleaning staff

roster / Workforce / software / Business Applications
  Swap shift not possible
  Holiday request disappeared
  Overtime counted twice
  Roster app for my iPhone
  Night shift allowance wrong

sterile-track / Sterile Supply / software / Business Applications
  Steriliser 2 reports no charge data
  Barcode printer in sterile supply offline
  Add a new instrument to the catalogue
  Set weight warning too strict
  Washing machine display flickers

fax-gw / Communication / network / Network
  Incoming fax is upside down
  New fax number for the tumour board
  Fax header shows the old hospital name
  Fax machine paper jam
  Speed dial for pharmacy

payslip / Workforce / inquiry / Service Desk
  Question about my tax class
  Change of bank account
  When is the bonus paid
  Portal in English please
  Payslip shows old address

infusion-srv / Medical Devices / hardware / Medical Devices
  Infusion pump battery swollen
  Pump report for audit
  Syringe size not in library
  Alarm volume too low
  Certificate of calibration needed

theatre-cam / Theatre / hardware / Audiovisual
  Theatre light flickers
  Sound missing in lecture stream from theatre
  Store surgery video on share
  Camera arm loose
  Second screen in theatre 1 upside down

appt-sms / Outpatients / software / Business Applications
  Opening hours on website outdated
  Wrong phone number in reminder text
  Appointment type missing for physiotherapy
  Double booking of room 12
  Patient wants to cancel by e-mail

cardio-pacs / Cardiology / software / Clinical Applications
  Echo images do not load
  Viewer shows no images after update

dental-lab / Dental / software / Clinical Applications
  Lab results do not arrive
  Dental lab order not sent

food-cart / Catering / hardware / Facilities
  Drawer of the food cart is jammed
  Tablet for menu orders loses wifi
  Meal label blank

park-gate / Facilities / hardware / Facilities
  Card not recognised at the gate
  Gate camera picture frozen
  Ticket printer prints blank tickets

hr-train / Workforce / software / Business Applications
  Cannot open certificate PDF
  Course plan cannot be published
  No SMS reminder for course
"""
