"""What whoever opens a support bundle reads first."""

README = """\
Support bundle of Ebexo for SALESmanago
=======================================

Made at {at}, for {stores}.

It was made to be handed to somebody who helps. It holds no secrets and no personal data: no keys or passwords, no
e-mail addresses, names, phone numbers or addresses of anybody, no contents of events, no answers of SALESmanago, no
names of stores and no address of the installation. Only what is listed below was ever read for it. Look through it
before you send it: every file is plain text.

installation.json  versions, the machine, the disk, the database, which migrations are applied
settings.json      the EBEXO_ variables: numbers and levels as they are, of all others only whether they are set
stores.json        of each store: which mode it is in, which settings are filled in, how many keys and people it has,
                   its lane (pauses, failures in a row, when it was last served), open alerts, imports in numbers
messages.json      how many messages ended on each of the last {days} days, by store, kind of event, state and reason,
                   and how many wait
attempts.json      the last {attempts} calls to SALESmanago of each store: when, how long, outcome, HTTP status
doctor.json        the connection check of each store, made just now: step, outcome, kind of trouble
log.jsonl          the last lines of the log file, if one was given: time, level, event and a few numbers of each

Stores stand under their handle, such as store-1a2b3c4d5e. All moments are in UTC.
"""
