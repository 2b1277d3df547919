"""How the app trains for many visitors at once: the cluster, the turn-taking among runs, and where runs are kept.

Read `cluster.py` for the processes, `run_store.py` for the files. Nothing here imports TensorFlow: that happens in the
cluster's worker processes alone.
"""
