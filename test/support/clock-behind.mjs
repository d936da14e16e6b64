/** Loaded before the bot: its clock shows the time at which a fixture was made, since what a bot leaves behind is not months old when the next one finds it. */
const behind = Number(process.env.CLOCK_BEHIND_MS)
const System = globalThis.Date

class DateBehind extends System {
  constructor(...given) {
    if (given.length === 0) super(DateBehind.now())
    else super(...given)
  }

  static now() {
    return System.now() - behind
  }
}

globalThis.Date = DateBehind
