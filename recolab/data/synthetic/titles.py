"""Film titles of our own invention: an opener and a noun that suits the genre."""

from __future__ import annotations

import numpy as np

from recolab.data.synthetic.draws import Draws

OPENERS = (
    *("The Silver", "The Last", "The Quiet", "The Crooked", "The Northern", "The Forgotten", "The Second", "The Long"),
    *("The Borrowed", "The Paper", "The Winter", "The Hidden", "The Scarlet", "The Hollow", "The Patient", "The Blue"),
    *("Silver", "Midnight", "Summer", "Golden", "Distant", "Broken", "Sudden", "Autumn", "Copper", "Wild", "Bitter"),
    *(
        "Little",
        "Burning",
        "Velvet",
        "Seven Days of the",
        "Return to the",
        "Beyond the",
        "Beneath the",
        "Waiting for the",
    ),
    *("Letters from the", "A Song for the", "Before the", "Farewell to the", "The Road to the", "Days of the"),
    *("Goodbye to the", "A Perfect", "One More", "Under the", "Nobody's", "Clara's", "My Brother's", "Mister Finch's"),
    *("Ophelia's", "The Captain's", "The Gardener's", "Grandmother's", "Rosalind's", "The Stranger's", "Saturday's"),
    *("Another", "Every", "No Ordinary", "The Only"),
)

NOUNS: dict[str, tuple[str, ...]] = {
    "heart": (
        *("Harbour", "Orchard", "Promise", "Staircase", "Letter", "Confession", "River", "Inheritance", "Window"),
        *("Lighthouse", "Daughter", "Garden", "Silence", "Portrait", "Season", "Homecoming", "Verdict", "Bridge"),
        *("Vineyard", "Waltz", "Farewell", "Kitchen", "Station", "Piano", "Wedding", "Island", "Afternoon", "House"),
        *("Telegram", "Confidante"),
    ),
    "laughter": (
        *("Sandwich", "Honeymoon", "Neighbour", "Landlord", "Umbrella", "Holiday", "Moustache", "Misunderstanding"),
        *("Parrot", "Bachelor", "Casserole", "Reunion", "Trombone", "Mother-in-Law", "Taxi", "Wig", "Picnic", "Alibi"),
        *("Dentist", "Roommate", "Jackpot", "Poodle", "Blunder", "Rehearsal", "Pyjamas", "Bellboy", "Diet", "Toast"),
        *("Lottery", "Butler"),
    ),
    "pursuit": (
        *("Ambush", "Getaway", "Detonator", "Convoy", "Hostage", "Runway", "Bounty", "Checkpoint", "Fugitive", "Raid"),
        *("Crossfire", "Safehouse", "Double Agent", "Heist", "Payload", "Pursuit", "Sniper", "Countdown", "Minefield"),
        *("Battalion", "Commando", "Vendetta", "Blockade", "Escape", "Frontier", "Stampede", "Gunslinger", "Outpost"),
        *("Saboteur", "Regiment"),
    ),
    "shadow": (
        *("Crypt", "Witness", "Shadow", "Cellar", "Murmur", "Scream", "Coffin", "Alley", "Cipher", "Suspect", "Raven"),
        *("Mirror", "Poison", "Asylum", "Whisper", "Séance", "Corpse", "Blackmail", "Lodger", "Nightmare", "Keyhole"),
        *("Detective", "Graveyard", "Mask", "Hangman", "Fog", "Motive", "Dagger"),
        *("Ransom", "Attic"),
    ),
    "wonder": (
        *("Dragon", "Comet", "Robot", "Kite", "Snowman", "Moonbeam", "Puppet", "Spaceship", "Castle", "Hedgehog"),
        *(
            "Wizard",
            "Planet",
            "Carousel",
            "Treehouse",
            "Penguin",
            "Galaxy",
            "Unicorn",
            "Toyshop",
            "Submarine",
            "Nebula",
        ),
        *("Pirate", "Balloon", "Teddy Bear", "Android", "Meteor", "Goblin", "Lantern", "Time Machine"),
        *("Mermaid", "Rocket"),
    ),
    "record": (
        *("Archive", "Glacier", "Factory", "Expedition", "Election", "Composer", "Village", "Shipyard", "Painter"),
        *("Orchestra", "Desert", "Harvest", "Newsroom", "Physicist", "Railway", "Coastline", "Monument", "Assembly"),
        *("Diary", "Champion", "Laboratory", "Classroom", "Cathedral", "Mountaineer", "Voyage", "Market", "Strike"),
        *("President", "Observatory", "Regatta"),
    ),
}

STYLE = {
    **dict.fromkeys(("Drama", "Romance", "Musical"), "heart"),
    "Comedy": "laughter",
    **dict.fromkeys(("Action", "Adventure", "Western", "War", "Thriller"), "pursuit"),
    **dict.fromkeys(("Horror", "Crime", "Mystery", "Film-Noir"), "shadow"),
    **dict.fromkeys(("Children's", "Animation", "Fantasy", "Sci-Fi"), "wonder"),
    **dict.fromkeys(("Documentary", "Biography"), "record"),
}
"""Which nouns suit a film of a genre. No noun is in two lists and no pair is used twice, so titles are distinct."""


def draw_titles(draws: Draws, genre: np.ndarray, year: np.ndarray) -> np.ndarray:
    """Distinct titles such as "The Silver Harbour (1994)".

    Args:
        draws: where chance comes from.
        genre: the main genre of every film.
        year: the release year of every film.

    Returns:
        Strings, shape (films,).
    """
    style_of = np.array([STYLE[word] for word in genre])
    names = np.empty(len(genre), dtype=object)
    for style, nouns in NOUNS.items():
        films = np.flatnonzero(style_of == style)
        pair = draws.orders(1, len(OPENERS) * len(nouns))[0][: len(films)]
        names[films] = np.array(OPENERS, dtype=object)[pair // len(nouns)] + " "
        names[films] += np.array(nouns, dtype=object)[pair % len(nouns)]
    titles: np.ndarray = names + " (" + year.astype(str).astype(object) + ")"
    return titles
