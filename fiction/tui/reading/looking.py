"""Looking around from the reading screen: up and down the page, at the memory, at the costs, at other stories."""

from fiction.story.turn import Usage
from fiction.tui.reading.recovering import Recovering


class Looking(Recovering):
    """A session that the reader looks around in."""

    def action_read_on(self) -> None:
        """A screen further."""
        self.page.action_on()

    def action_read_back(self) -> None:
        """A screen back."""
        self.page.release()
        self.page.scroll_page_up(animate=False)

    def action_panel(self) -> None:
        """The memory at work: beside the page where there is room, else instead of it."""
        self.toggle_class("-no-panel" if self.has_class("-wide") else "-peek")

    def action_memory(self) -> None:
        """All memories."""
        from fiction.tui.reading.memory import MemoryScreen

        self.app.push_screen(MemoryScreen(self.session))

    def action_costs(self) -> None:
        """What the story costs."""
        from fiction.tui.reading.costs import CostsScreen

        turn = self.session.turn
        about = self.session.storyteller.about
        self.app.push_screen(CostsScreen(turn.usage if turn else Usage(), self.session.costs, about))

    def action_minds(self) -> None:
        """Who tells this story, and who could."""
        self.fiction.open_minds()

    def action_saves(self) -> None:
        """Other stories."""
        self.fiction.open_saves()

    async def action_new_story(self) -> None:
        """The worlds."""
        await self.fiction.leave()
        self.fiction.open_worlds()

    async def action_leave_story(self) -> None:
        """To the title; everything is saved."""
        await self.fiction.leave()
