"""The engines of this machine, each as workers use it: a text to samples.

None of them is loaded by the main process; those under the GPL are run or loaded by workers alone.
"""
