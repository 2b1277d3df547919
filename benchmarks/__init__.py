"""Programs that measure the app against its peers: `python -m benchmarks <name>`, or all of them: `make bench`.

Each measurement of ours stands beside one of a peer from the same run on the same machine, taken in turn. Read first:
`timing.py` (how turns are taken), `results.py` (what comes out), `__main__.py` (which benchmarks there are). Beside
them stands `cloud_check.py`: does the app fit on Streamlit Cloud?
"""
