// The page is left in the task in which the database is made, or opened where another context has made it.
const { open } = IDBFactory.prototype;
IDBFactory.prototype.open = function (name, ...rest) {
  const opening = open.call(this, name, ...rest);
  const leave = () => {
    location.href = `/app/page.html?name=${new URL(location.href).searchParams.get('name')}-next`;
  };
  if (name === 'background-fetch (polyfill)') {
    opening.addEventListener('upgradeneeded', leave);
    opening.addEventListener('success', leave, { once: true });
  }
  return opening;
};
