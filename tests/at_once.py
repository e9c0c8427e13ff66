"""Jobs that begin together, each with a database connection of its own."""

from threading import Barrier, Thread

from django.db import connections


def at_once(*jobs):
    """Run the jobs in threads that begin together; what they return, in order."""
    barrier, results = Barrier(len(jobs)), [None] * len(jobs)

    def run(number, job):
        try:
            barrier.wait(timeout=10)
            results[number] = job()
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
