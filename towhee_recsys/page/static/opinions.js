// What the person likes and dislikes: kept in the page, and of a known user also sent to the service.
import { useEffect, useState } from "./hooks.js";
import { titleOf } from "./format.js";

// `opine(item, likes)` with likes true, false, or null to forget it; `again` is called when the service has stored one.
export function useOpinions(chosen, page, source, again) {
  const [opinions, setOpinions] = useState([]);
  const [problem, setProblem] = useState(null);
  const user = chosen.mode === "known" ? chosen.userId : "";
  useEffect(() => {
    setOpinions((before) => before.filter((each) => !each.sent));
    setProblem(null);
  }, [user]);

  const opine = (item, likes) => {
    const id = item[page.id];
    if (likes === null && opinions.some((each) => each.id === id && each.sent)) return; // it is stored by the service
    const event = likes === null ? null : eventOf(user, id, likes, page);
    const opinion = { id, item, title: titleOf(item, page), likes, sent: event !== null };
    setOpinions((before) => [...before.filter((each) => each.id !== id), ...(likes === null ? [] : [opinion])]);
    if (event) source.feedback(event).then(again, setProblem);
  };
  return { opinions, opine, problem };
}

// The event to send, or null where it is only kept in the page: nobody is known, or no event shows dislike.
function eventOf(user, item, likes, page) {
  const { user: userColumn, item: itemColumn, up, down } = page.feedback;
  const values = likes ? up : down;
  if (user === "" || !values) return null;
  return { [userColumn]: user, [itemColumn]: item, ...values };
}
