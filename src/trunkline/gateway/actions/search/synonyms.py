"""Which words of people mean which words of the declarations: general words of telephony,
messaging and of APIs, none of one action alone.

A *term* is a stem of a declaration's words. The targets here are the nouns and verbs that actions
are named by. `NEAR` is for words that mean about the same, `HINTS` for what speaks for a verb more
faintly, or in part of the cases.
"""

from __future__ import annotations

__all__ = [
    "FUNCTION_WORDS",
    "HINTS",
    "IMPERATIVES",
    "NEAR",
    "OPENERS",
    "PHRASES",
    "QUESTIONS",
    "SIDS",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words of a sentence that say nothing of what is wanted.
FUNCTION_WORDS = _words(
    """
    a about above across after again against ahead along also am an and any anything around as at
    be been being below between both but by can cannot could d do does doing done down each either
    else for from further go goes going gonna got had having he her here hers hey hi him his i if
    into in it its itself just kindly let lets like ll m may me mine might must my myself need
    needs nor not of off ok okay on onto or other our ours out over per please pls possible put re
    s same shall she should so some such t than thank thanks that the their theirs them then there
    these they thing things this those through to too try under until up upon us use used using ve
    very via wanna want wanted wants we well while will wish with within without would yet you your
    yours yourself able help
    """
)

# Several words that mean one thing, before anything else is done with them.
PHRASES = {
    "phone number": "number",
    "phone numbers": "numbers",
    "telephone number": "number",
    "telephone numbers": "numbers",
    "mobile number": "number",
    "phone call": "call",
    "phone calls": "calls",
    "telephone call": "call",
    "telephone calls": "calls",
    "voice call": "call",
    "voice calls": "calls",
    "text message": "message",
    "text messages": "messages",
    "sms message": "message",
    "sms messages": "messages",
    "caller id": "number",
    "caller ids": "numbers",
    "voice mail": "voicemail",
    "voice mails": "voicemails",
    "hang up": "hangup",
    "hung up": "hangup",
    "hanging up": "hangup",
    "hangs up": "hangup",
    "get rid of": "delete",
    "getting rid of": "delete",
    "tell me": "show",
    "give me": "show",
    "send me": "show",
    "let me": "",
    "give a call": "call",
    "make a call": "call",
    "place a call": "call",
    "toll free": "tollfree",
    "area code": "number",
    "long code": "longcode",
    "short code": "shortcode",
    "clean up": "delete",
    "take down": "delete",
    "run out": "remaining",
    "running out": "remaining",
    "runs out": "remaining",
    "running low": "remaining",
    "put on hold": "hold",
    "pull the plug": "hangup",
    "look up": "lookup",
    "looking up": "lookup",
    "pull up": "lookup",
    "bring up": "lookup",
    "find out": "lookup",
    "reach out": "contact",
    "set up": "create",
    "kick off": "start",
    "put through": "transfer",
    "cut off": "hangup",
    "shut down": "stop",
    "in progress": "ongoing",
    "going on": "ongoing",
    "more than one": "several",
    "out of": "",
}

# word … : term=weight …   A word is matched as it is written, else by its stem.
_NEAR = """
sms smses mms text texts txt txts texting msg msgs im whatsapp: messag=0.9
phone telephone ring rings ringing dial dials dialing dialling dialed dialled: call=0.8
conversation chat thread dialogue discussion correspondence: messag=0.5 call=0.5
note memo: messag=0.5
voice talk speak handset landline callee: call=0.6
caller callers: call=0.6 number=0.4
cell mobile: number=0.5 call=0.3
captured clip clips track tracks audio voicemail voicemails tape tapes taped taping sound
    mp3 wav playback: record=0.9
listen hear playback play: record=0.8 get=0.3
transcript transcription: record=0.5
digits dids line lines msisdn longcode shortcode tollfree endpoint handle: number=0.8
credit credits fund funds money cash dollar dollars remaining owe owed budget prepaid wallet
    spend spent broke euro euros cent cents usd currency: balanc=0.9
bill bills billing invoice charge charged afford top topup paid pay payment much outstanding
    solvent quota enough low cover: balanc=0.6

send sends sending deliver shoot fire dispatch forward pass transmit mail drop: send=0.8
notify notification alert remind reminder inform warn ping broadcast blast contact invite
    contact otp passcode code coupon write compose reply respond answer announce say greet
    congratulate: send=0.8 messag=0.6
create make makes making place placing start initiate begin originate launch trigger
    outbound outgoing set establish open new add: creat=0.8
connect: creat=0.5 updat=0.2
list lists listing show shows display enumerate browse search find filter export report
    catalogue catalog every all history log logs records overview inventory dump everything
    everyone whole full entire last recent recently lately latest newest several multiple
    previous past yesterday today week month year hour hours days since between: list=0.8
get fetch retrieve read view see obtain load lookup inspect check describe detail details
    info information particulars status state outcome result metadata specific particular single
    one duration length long examine verify confirm identify tell explain: get=0.8
delete deletes deleting remove erase destroy purge wipe clear trash discard scrub unsend
    drop redact expunge eliminate nuke forget retract clean gdpr: delet=0.9
update modify change edit alter adjust switch move redirect transfer reroute divert control
    hangup end ends ending terminate disconnect finish stop kill abort cancel interrupt halt
    complete close swap override replace steer escalate bail hold mute patch bridge live ongoing
    active current running mid: updat=0.8
"""
_HINTS = """
which what who whom whose when where: list=0.35 get=0.35
did was were has have is are why whether: get=0.4 list=0.25
sent received delivered arrived failed undelivered bounced reached landed: get=0.45
    list=0.45 messag=0.4
called dialed phoned rang missed: list=0.6 get=0.4 call=0.4
made placed: list=0.4 get=0.3
recorded: list=0.4 get=0.3
answered picked: get=0.5 call=0.4
delivery: get=0.4 messag=0.4
total count many: list=0.5
have own owned bought purchased belong belongs possess rent rented: list=0.6
left: balanc=0.6 get=0.3
account: balanc=0.2
hangup redirect transfer twiml hold mute bridge: call=0.5
buy purchase: number=0.4
tell: send=0.4 messag=0.2
digits: number=0.3
picture pictures photo photos image images attachment attachments media: messag=0.5 send=0.3
saying says reads: send=0.5
body: messag=0.4
inbox: messag=0.7 list=0.5
sender: messag=0.3 number=0.3
customer client somebody someone friend mom team staff: send=0.2 creat=0.1
"""

# Nouns of the field that are verbs as well: at the start of an intent they are an order.
IMPERATIVES = {
    "text": ("send",),
    "message": ("send",),
    "msg": ("send",),
    "sms": ("send",),
    "txt": ("send",),
    "whatsapp": ("send",),
    "call": ("creat",),
    "phone": ("creat",),
    "ring": ("creat",),
    "dial": ("creat",),
    "telephone": ("creat",),
}

# With one of these an intent begins that asks, and changes nothing.
QUESTIONS = _words(
    "which what who whom whose when where why how did was were has have is are whether"
)

# Words before an order that do not take its place as the first word.
OPENERS = _words("then now quickly just please automatically and")

# What a SID is of, by its first two letters.
SIDS = {
    "sm": "messag",
    "mm": "messag",
    "ca": "call",
    "re": "record",
    "pn": "number",
}


def _table(text: str) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for line in text.replace("\n    ", " ").splitlines():
        words, _, targets = line.partition(":")
        for word in words.split():
            for target in targets.split():
                term, _, weight = target.partition("=")
                table.setdefault(word, {})[term] = float(weight)
    return table


NEAR = _table(_NEAR)
HINTS = _table(_HINTS)
