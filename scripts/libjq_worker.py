"""Evaluates jq programs with libjq, for the tests of the relay's own evaluator.

Usage: libjq_worker.py TASKS ANSWERS START
TASKS has a line of JSON for each program: {"p": program, "i": [input, ...]}. From line START on, a line is appended to
ANSWERS for each: for each input the list of outputs, or null for an error. Numbers have 14 digits. libjq can end this
process; the caller starts it again behind that program.
"""

import json
import os
import signal
import sys

import jq


def rounded(value):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return {"number": "%.14g" % value}
    if isinstance(value, list):
        return [rounded(element) for element in value]
    return {"object": {key: rounded(member) for key, member in value.items()}}


def main():
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with open(sys.argv[1], encoding="utf-8") as tasks, open(sys.argv[2], "a", encoding="utf-8") as answers:
        for number, line in enumerate(tasks):
            if number < int(sys.argv[3]):
                continue
            task = json.loads(line)
            # A program that does not end, ends the worker.
            signal.alarm(5)
            try:
                program = jq.compile(task["p"])
                result = []
                for value in task["i"]:
                    try:
                        result.append(rounded(program.input_value(value).all()))
                    except Exception:
                        result.append(None)
            except Exception:
                result = [None for _ in task["i"]]
            signal.alarm(0)
            answers.write(json.dumps(result) + "\n")
            answers.flush()


main()
