import { assert } from 'chai';
import type { Context } from '../../support/calls.ts';
import {
  type Attribute,
  attributesOf,
  constructorOf,
  type Interface,
  interfaces,
  isExposed,
  isPromise,
  type Operation,
  operationsOf,
  requiredArguments,
} from './idl.ts';
import { describeIn, places } from './places.ts';
import { probeAttribute, probeInterface, probeOperation, probeWrongThis } from './probes.ts';

const hidden = { writable: true, enumerable: false, configurable: true };
const fixed = { writable: false, enumerable: false, configurable: false };
const described = { writable: false, enumerable: false, configurable: true };

describe('the interfaces of the specification', () => {
  for (const place of places) {
    describeIn(place, (context) => {
      for (const definition of interfaces) {
        if (isExposed(definition, place.kind)) describeInterface(definition, context);
        else {
          it(`${definition.name} is not exposed`, async () => {
            assert.isNull(await context().run(probeInterface, definition.name));
          });
        }
      }
    });
  }
});

function describeInterface(definition: Interface, context: () => Context): void {
  const { name } = definition;
  describe(name, () => {
    it('is an interface object', async () => {
      const { called, constructedWithArguments, constructedWithoutArguments, members, ...found } =
        (await context().run(probeInterface, name)) ?? assert.fail(`${name} is not a global`);
      const declared = constructorOf(definition);
      assert.deepEqual(found, {
        property: hidden,
        name,
        nameProperty: described,
        length: declared ? requiredArguments(declared) : 0,
        lengthProperty: described,
        prototypeProperty: fixed,
        constructorIsInterface: true,
        constructorProperty: hidden,
        inheritsFrom: definition.inheritance ?? 'Object',
        // Function.prototype has an empty name.
        objectInheritsFrom: definition.inheritance ?? '',
        toStringTag: name,
        toStringTagProperty: described,
      });
    });

    it('has the members of the IDL and no others', async () => {
      const found = await context().run(probeInterface, name);
      const members = [...attributesOf(definition), ...operationsOf(definition)].map((member) => member.name);
      assert.deepEqual(found?.members, ['constructor', ...members].sort());
    });

    it("throws a TypeError when it's called, and when it's constructed without what it needs", async () => {
      const found = await context().run(probeInterface, name);
      assert.equal(found?.called, 'TypeError');
      assert.equal(found?.constructedWithoutArguments, 'TypeError');
      assert.equal(found?.constructedWithArguments, 'TypeError');
    });

    it('says "Illegal invocation", and names nothing private, where its members are asked of something else', async () => {
      for (const member of [...attributesOf(definition), ...operationsOf(definition)]) {
        for (const message of (await context().run(probeWrongThis, name, member.name)) ?? assert.fail()) {
          assert.match(message, /^TypeError: .*Illegal invocation$/, member.name);
        }
      }
    });

    for (const attribute of attributesOf(definition)) describeAttribute(name, attribute, context);
    for (const operation of operationsOf(definition)) describeOperation(name, operation, context);
  });
}

function describeAttribute(interfaceName: string, attribute: Attribute, context: () => Context): void {
  it(`has the attribute ${attribute.name}`, async () => {
    const { name } = attribute;
    const { gotFromObject, gotFromPrototype, setOnObject, ...found } =
      (await context().run(probeAttribute, interfaceName, name)) ?? assert.fail('it is not on the prototype');
    assert.deepEqual(found, {
      flags: { enumerable: true, configurable: true },
      getter: { name: `get ${name}`, length: 0, isConstructor: false },
      setter: attribute.readonly ? undefined : { name: `set ${name}`, length: 1, isConstructor: false },
    });
  });

  it(`checks what the attribute ${attribute.name} is asked of`, async () => {
    const refusal = isPromise(attribute) ? 'rejects with TypeError' : 'throws TypeError';
    const { gotFromObject, gotFromPrototype, setOnObject } =
      (await context().run(probeAttribute, interfaceName, attribute.name)) ?? assert.fail('it is missing');
    assert.deepEqual(
      { gotFromObject, gotFromPrototype, setOnObject },
      {
        gotFromObject: refusal,
        gotFromPrototype: refusal,
        setOnObject: attribute.readonly ? undefined : refusal,
      },
    );
  });
}

function describeOperation(interfaceName: string, operation: Operation, context: () => Context): void {
  it(`has the operation ${operation.name}()`, async () => {
    const { name } = operation;
    const found = (await context().run(probeOperation, interfaceName, name)) ?? assert.fail('it is missing');
    const { flags, name: foundName, length, isConstructor } = found;
    assert.deepEqual(
      { flags, name: foundName, length, isConstructor },
      {
        flags: { writable: true, enumerable: true, configurable: true },
        name,
        length: requiredArguments(operation),
        isConstructor: false,
      },
    );
  });

  it(`checks what the operation ${operation.name}() is called on`, async () => {
    const refusal = isPromise(operation) ? 'rejects with TypeError' : 'throws TypeError';
    const found = await context().run(probeOperation, interfaceName, operation.name);
    assert.equal(found?.calledOnObject, refusal);
    assert.equal(found?.calledOnUndefined, refusal);
    assert.equal(found?.calledOnPrototype, refusal);
    assert.equal(found?.calledOnEventTarget, refusal);
  });
}
