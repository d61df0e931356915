#!/usr/bin/env python3
"""Writes a 2.5 MB model for a real llama.cpp server, from nothing but the text in this file.

    uv run --no-project --with gguf python bench/tiny_gguf.py OUT.gguf

It is a transformer of the `llama` kind whose one block does nothing and whose embedding is one-hot, so that its output
matrix is the table of which word follows which in the text below. It babbles readable sentences, ends them, ends its
turns, and fills any JSON grammar with them. It has learned nothing; it is for testing the wire, not the prose.
"""

import argparse
import itertools
import math
import re
from collections import Counter

import gguf
import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
"""Probabilities, a row for each token."""
TEXT = """
The ferryman ties the boat and looks at the water. The water is brown and slow. A woman waits on the landing with a
basket of eels. She says the bridge is gone. The ferryman nods and holds out his hand. You give him a coin and he turns
it over. The coin is old and the face on it is worn away. A bell rings in the village behind the trees. The woman takes
the basket and walks along the path. The path goes up to the mill. The mill stands still and the door is open. You hear
somebody inside. A boy sits on the stairs with a lamp in his lap. The lamp is not lit. He asks you who sent you. Behind
him there is a room with a table and a map. The map shows the river and a house that is not there any more. He folds the
map and gives it to you. The rain begins and the roof answers. A dog comes out of the dark and lies down by the door.
The boy says the miller went to the bridge in the night. The miller has the key and nobody has the letter. You look at
the river and the river gives nothing back. The ferryman calls from the landing. The boat is ready and the light is
going. The woman at the bridge has a letter in her hand. The letter is wet and the ink has run.
"""
CHAT_TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
CONTEXT = 16384
SPACE = "\u2581"
STARTERS = ('"', SPACE, "<0x0A>", ":", "<|im_end|>", "<s>", "<|im_start|>")
QUOTE_AFTER_SENTENCE, END_AFTER_SENTENCE = 0.25, 0.08
HEAD = 32
"""Width of the one attention head, which attends to nothing."""


def vocabulary() -> tuple[list[str], list[int], list[float], list[str]]:
    """Tokens, their kinds and scores for a SentencePiece tokeniser with byte fallback, and the text as words."""
    kinds = gguf.TokenType
    rows = [("<unk>", kinds.UNKNOWN, 0.0), ("<s>", kinds.CONTROL, 0.0), ("</s>", kinds.CONTROL, 0.0)]
    rows += [(f"<0x{byte:02X}>", kinds.BYTE, 0.0) for byte in range(256)]
    rows += [("<|im_start|>", kinds.CONTROL, 0.0), ("<|im_end|>", kinds.CONTROL, 0.0)]
    rows += [(chr(code), kinds.NORMAL, -1000.0) for code in range(33, 127)] + [(SPACE, kinds.NORMAL, -1000.0)]
    words = re.findall(r"[A-Za-z]+|[.,]", TEXT)
    rows += [(SPACE + word, kinds.NORMAL, -10.0) for word in dict.fromkeys(words) if word.isalpha()]
    return [row[0] for row in rows], [int(row[1]) for row in rows], [row[2] for row in rows], words


def followers(tokens: list[str], words: list[str]) -> Table:
    """The probability of each token after each other one, counted in the text."""
    at = {token: place for place, token in enumerate(tokens)}
    table: Table = np.full((len(tokens), len(tokens)), 1e-9)
    told = [at.get(SPACE + word, at.get(word, 0)) for word in words]
    for before, after in itertools.pairwise(told):
        table[before, after] += 1
    dot = at["."]
    starts = Counter(after for before, after in itertools.pairwise(told) if before == dot)
    unseen = [place for place in range(len(tokens)) if table[place].sum() < 1e-3]
    for before in {*unseen, *(at[token] for token in STARTERS)}:
        for start, count in starts.items():
            table[before, start] += count
    ends = table[dot].sum()
    table[dot, at['"']] += ends * QUOTE_AFTER_SENTENCE
    table[dot, at["<|im_end|>"]] += ends * END_AFTER_SENTENCE
    shares: Table = table / table.sum(1, keepdims=True)
    return shares


def write(path: str) -> None:
    """Write the model."""
    tokens, kinds, scores, words = vocabulary()
    size = len(tokens)
    width = (size + 31) // 32 * 32
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny-bigram")
    writer.add_description("made by bench/tiny_gguf.py; no trained weights")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(HEAD)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_rope_dimension_count(HEAD)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(size)
    writer.add_file_type(0)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_scores(scores)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(CHAT_TEMPLATE)

    def nothing(*shape: int) -> Table:
        return np.zeros(shape, np.float32)

    embedding, output = nothing(size, width), nothing(size, width)
    embedding[np.arange(size), np.arange(size)] = 1.0
    output[:, :size] = np.log(followers(tokens, words)).T / math.sqrt(width)
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    writer.add_tensor("output.weight", output)
    for name in ("attn_norm", "ffn_norm"):
        writer.add_tensor(f"blk.0.{name}.weight", np.ones(width, np.float32))
    for name in ("attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up"):
        writer.add_tensor(f"blk.0.{name}.weight", nothing(HEAD, width))
    for name in ("attn_output", "ffn_down"):
        writer.add_tensor(f"blk.0.{name}.weight", nothing(width, HEAD))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the tiny model.")
    parser.add_argument("out")
    write(parser.parse_args().out)
