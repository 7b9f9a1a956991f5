const SHOWN = 8;

/** orderInLog names an order in a line of the process log: with the start of its id, for whoever knows all of it may see and cancel the order. */
export function orderInLog(id: string): string {
  return `order ${id.slice(0, SHOWN)}`;
}

/** withoutOrderIds shortens the order ids in a text made by others: a path, an error of a payment service. */
export function withoutOrderIds(text: string): string {
  return text.replace(/\b([0-9a-f]{8})[0-9a-f]{24}\b/g, '$1…');
}
