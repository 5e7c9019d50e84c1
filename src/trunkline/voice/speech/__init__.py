"""Speech and audio files: texts and files of apps, made into what the media engine plays.

All work on samples is done by worker processes (`worker`), which alone import numpy, and which may
be killed. This side decides, fetches and keeps.
"""
