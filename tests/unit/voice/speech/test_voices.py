import pytest

from trunkline.voice.speech.voices import Speaker, find_speaker


@pytest.mark.parametrize(
    ("voice", "language", "speaker"),
    [
        ("man", None, Speaker("en-US", False)),
        ("woman", None, Speaker("en-US", True)),
        ("alice", "fr-FR", Speaker("fr-FR", True)),
        ("Polly.Joanna-Neural", None, Speaker("en-US", True)),
        ("Polly.Hans", None, Speaker("de-DE", False)),
        ("Polly.Hans", "en-US", Speaker("en-US", False)),
        ("Polly.Nobody", None, Speaker("en-US", True)),
        ("Google.es-ES-Standard-B", None, Speaker("es-ES", False)),
        ("Google.de-DE-Wavenet-A", None, Speaker("de-DE", True)),
        (None, None, Speaker("en-US", True)),
    ],
)
def test_who_speaks(voice: str | None, language: str | None, speaker: Speaker) -> None:
    assert find_speaker(voice, language) == speaker
