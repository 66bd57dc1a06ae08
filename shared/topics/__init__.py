"""Topics of Realtime: which ones a person should join, by their current names."""

from .topics import Topic, TopicKind, TopicList, TopicReader, TopicRepository

__all__ = ["Topic", "TopicKind", "TopicList", "TopicReader", "TopicRepository"]
