"""Speech: texts to audio, audio files to what the engine plays, and back."""
