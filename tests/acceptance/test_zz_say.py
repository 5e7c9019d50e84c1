import time, pytest, numpy as np
from twilio.rest import Client
from tests.support.app_server import CustomerApp, Reply, twiml
from tests.support.calls import NUMBER, heard, script, PHONE
from tests.support.platform import World
from tests.acceptance.test_calls_dial import until_ended

def hears(client, platform, doc, most=None):
    script(platform, PHONE, "answer 0s; wait 30m")
    t=time.time()
    call = client.calls.create(to=PHONE, from_=NUMBER, twiml=f"<Response>{doc}</Response>")
    until_ended(platform)
    s=heard(platform, call.sid)
    codes=[(a.error_code,a.alert_text[:150]) for a in client.monitor.v1.alerts.list()]
    return s, codes, time.time()-t

def rms(s): 
    x=s.mono.astype(float); x=x[np.abs(x)>100]; return float(np.sqrt((x**2).mean())) if len(x) else 0

@pytest.mark.parametrize("voice",["man","woman","Polly.Joanna","Google.de-DE-Wavenet-B"])
def test_ssml(client, platform, voice):
    def run(label, body, **a):
        s,c,t=hears(client, platform, f'<Say voice="{voice}">{body}</Say>')
        print(f"{voice:10} {label:28} {s.seconds:6.2f}s rms {rms(s):6.0f} peak {s.peak:6} sil {max([x.seconds for x in s.silences[1:-1]] or [0]):.2f} {c} {t:.1f}s")
        return s
    text="The quick brown fox jumps over the lazy dog near the bank"
    run("plain", text)
    for b in ["time='300ms'","time='2s'","time='10s'","strength='x-strong'","strength='none'","strength='weak'"]:
        run("break "+b, f"Hello <break {b}/> world")
    for r in ["x-slow","slow","fast","x-fast","50%","200%","+20%","-20%"]:
        run("rate "+r, f"<prosody rate='{r}'>{text}</prosody>")
    for r in ["silent","x-soft","soft","loud","x-loud","+6dB","-12dB"]:
        run("volume "+r, f"<prosody volume='{r}'>{text}</prosody>")
    for r in ["x-low","high","+20%","-5st"]:
        run("pitch "+r, f"<prosody pitch='{r}'>{text}</prosody>")
    for r in ["strong","moderate","reduced","none"]:
        run("emph "+r, f"<emphasis level='{r}'>{text}</emphasis>")
    run("p", "<p>One thing.</p><p>Other thing.</p>")
    run("s", "<s>One thing.</s><s>Other thing.</s>")
    run("sub", "<sub alias='World Wide Web Consortium of everything'>W3C</sub>")
    run("w", "<w role='amazon:VB'>read</w> it")
    run("phoneme", "<phoneme alphabet='ipa' ph='p'>pecan</phoneme>")
    run("lang", "<lang xml:lang='fr-FR'>Je ne parle pas anglais</lang>")
    for k in ["characters","digits","telephone","cardinal","ordinal","fraction","date","time","address","expletive","unit","nonsense"]:
        run("say-as "+k, f"<say-as interpret-as='{k}'>12345</say-as>")
