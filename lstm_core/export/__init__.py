"""What a run leaves the app as: a Keras file, a program and a notebook that train the same network, a TensorBoard log.

Read `exported_run.py`, then `keras_file.py`. TensorFlow is imported only inside the functions that need it: they run in
a worker or on the command line, never in the server.
"""
